// The sentence is counted and shown as a caller hears it while it is typed.

const tidied = (text) => text.split(/\s+/u).filter(Boolean).join(" ");

for (const area of document.querySelectorAll("textarea[data-values]")) {
  const form = area.form;
  const values = JSON.parse(area.dataset.values);
  const most = Number(area.dataset.most);
  const counted = form.querySelector(".words-counted");
  const preview = form.querySelector("[data-preview]");

  area.dataset.wrong = area.getAttribute("aria-invalid"); // as the server has said

  const show = () => {
    const text = tidied(area.value);
    const count = [...text].length; // characters, as the server counts them
    counted.textContent = area.dataset.counted.replace("{count}", count);
    counted.classList.toggle("over", count > most);
    area.setAttribute("aria-invalid", String(count > most || area.dataset.wrong === "true"));
    preview.textContent = text.replace(/\{([a-z_]+)\}/gu, (whole, name) =>
      Object.hasOwn(values, name) ? values[name] : whole);
  };

  for (const button of form.querySelectorAll("[data-insert]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      area.setRangeText(button.dataset.insert, area.selectionStart, area.selectionEnd, "end");
      area.focus();
      show();
    });
  }
  for (const needless of form.querySelectorAll("[data-without-script]")) needless.hidden = true;
  counted.hidden = false;
  area.addEventListener("input", show);
  show();
}
