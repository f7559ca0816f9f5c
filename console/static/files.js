// Quick choices of days; a form that says that it works on it; a file that is too large.

for (const choice of document.querySelectorAll("[data-since]")) {
  choice.addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById("since").value = choice.dataset.since;
    document.getElementById("until").value = choice.dataset.until;
  });
}

const quiet = (form) => {
  clearTimeout(form.timer);
  form.removeAttribute("aria-busy");
  form.querySelector("button.main").disabled = false;
  form.querySelector(".busy").textContent = "";
};

for (const form of document.querySelectorAll("[data-busy]")) {
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    form.setAttribute("aria-busy", "true");
    form.timer = setTimeout(() => {
      form.querySelector("button.main").disabled = true;
      form.querySelector(".busy").textContent = form.dataset.busy;
    }, 400); // what is done at once needs no words
  });
  window.addEventListener("pageshow", () => quiet(form));
}

// Said before megabytes are sent for nothing; the server says the same.
for (const input of document.querySelectorAll("form.upload input[type=file]")) {
  const form = input.form;
  input.addEventListener("change", () => {
    const large = input.files[0] && input.files[0].size > form.dataset.most * 1024 * 1024;
    input.setCustomValidity(large ? form.dataset.tooLarge : "");
    form.querySelector(".busy").textContent = large ? form.dataset.tooLarge : "";
    form.querySelector("button.main").disabled = Boolean(large);
  });
}
