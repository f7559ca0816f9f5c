// The button that copies a calendar address.

for (const button of document.querySelectorAll(".copy")) {
  if (!navigator.clipboard) continue; // only on https, and on this machine
  button.hidden = false;
  const words = button.textContent;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copy).textContent;
    await navigator.clipboard.writeText(text);
    button.textContent = button.dataset.done;
    document.querySelector("[role=status].unseen").textContent = button.dataset.done;
    setTimeout(() => { button.textContent = words; }, 3000);
  });
}
