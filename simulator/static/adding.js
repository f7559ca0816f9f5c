// "Add a caller's phone": a name and a number, and it hangs on the wall.

import * as api from "./api.js";
import { setText } from "./dom.js";
import { e164 } from "./numbers.js";
import { t } from "./words.js";

export function offerPhones(form, added) {
  const error = form.querySelector(".error");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const number = e164(form.elements.number.value);
    setText(error, number ? "" : t("add.bad_number"));
    form.elements.number.setAttribute("aria-invalid", String(!number));
    if (!number) return form.elements.number.focus();
    const name = form.elements.name.value.trim() || t("add.default_name");
    try {
      await api.change(number, { name, role: "caller", behaviour: "manual" });
      form.reset();
      added(number);
    } catch (problem) {
      setText(error, t("phone.failed", { reason: problem.message }));
    }
  });
}
