// The page of a call that proves a number: looks every two seconds how far it is.

const EVERY = 2000;

async function look() {
  const shown = document.getElementById("check");
  if (!shown || shown.dataset.over) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.redirected) return void location.reload(); // logged out meanwhile
    if (answer.ok) {
      const now = new DOMParser().parseFromString(await answer.text(), "text/html");
      const next = now.getElementById("check");
      if (next && next.dataset.state !== shown.dataset.state) {
        // The words alone are new: a screen reader hears them, and the focus stays.
        shown.dataset.state = next.dataset.state;
        shown.dataset.over = next.dataset.over;
        shown.replaceChildren(...next.childNodes);
        document.getElementById("check-acts").replaceChildren(...now.getElementById("check-acts").childNodes);
      }
    }
  } catch {
    // Away for a moment: the next look may succeed.
  }
  setTimeout(look, EVERY);
}

setTimeout(look, EVERY);
