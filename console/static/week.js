// The week, where scripts run: keys, dragging, and word of what others change.

import * as drag from "./week-drag.js";
import * as keys from "./week-keys.js";
import "./week-news.js";

const help = document.getElementById("week-help");
const opener = document.getElementById("week-help-open");

function shown() {
  drag.begin();
  const button = document.getElementById("week-help-open");
  button.hidden = false;
  button.addEventListener("click", () => help.showModal());
  keys.begin();
}

if (opener) {
  document.addEventListener("week:shown", shown);
  shown();
}
