// Laying a week over others: a date or a template that is chosen chooses its kind as well, and
// whoever applies it hears that it is under way.

const ask = document.querySelector(".plan-ask");
const kinds = { monday: "week", template: "template" };

ask?.addEventListener("change", (event) => {
  const kind = kinds[event.target.name];
  const radio = kind && ask.querySelector(`input[name=source][value=${kind}]`);
  if (radio) radio.checked = true;
});

document.getElementById("apply")?.addEventListener("submit", (event) => {
  document.getElementById("apply-status").textContent = event.target.dataset.words;
});
