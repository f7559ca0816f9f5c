// The button that shows what was typed as a password.

for (const button of document.querySelectorAll(".reveal")) {
  const input = document.getElementById(button.getAttribute("aria-controls"));
  button.hidden = false;
  const set = (shown) => {
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
    button.textContent = shown ? button.dataset.hide : button.dataset.show;
  };
  button.addEventListener("click", () => set(input.type === "password"));
  input.form.addEventListener("submit", () => set(false)); // no browser keeps it as plain text
}
