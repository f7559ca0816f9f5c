// Telephone numbers the Belgian way: 0800/35.243, 0470/12.34.56, 02/555.01.00.

const ZONES_OF_ONE_DIGIT = /^[2349]/; // Brussels, Antwerp, Liège, Ghent

export function shown(number) {
  const match = /^\+32(\d{8,9})$/.exec(number ?? "");
  return match ? belgian(match[1]) : abroad(number);
}

function belgian(digits) {
  if (digits.length === 9) return `0${digits.slice(0, 3)}/${pairs(digits.slice(3))}`; // mobile
  if (/^(800|90\d)/.test(digits)) return `0${digits.slice(0, 3)}/${digits.slice(3, 5)}.${digits.slice(5)}`;
  if (/^7[08]/.test(digits)) return `0${digits.slice(0, 2)}/${pairs(digits.slice(2))}`;
  if (ZONES_OF_ONE_DIGIT.test(digits)) {
    return `0${digits[0]}/${digits.slice(1, 4)}.${pairs(digits.slice(4))}`;
  }
  return `0${digits.slice(0, 2)}/${pairs(digits.slice(2))}`;
}

function pairs(digits) {
  return digits.match(/\d{1,2}/g).join(".");
}

function abroad(number) {
  const match = /^\+(\d+)$/.exec(number ?? "");
  return match ? `+${match[1].replace(/(\d{2})(?=(\d{3})+$)/, "$1 ").replace(/(\d{3})(?=\d)/g, "$1 ")}`.trim() : String(number ?? "");
}

// What somebody types, as the simulator wants it: "+32470000042"; null when it is no number.
export function e164(typed) {
  const bare = (typed ?? "").replace(/[\s./()-]/g, "");
  const number = bare.startsWith("00") ? `+${bare.slice(2)}` : bare.replace(/^0/, "+32");
  return /^\+[1-9]\d{6,14}$/.test(number) ? number : null;
}

// What providers put in place of a number that is kept back (provider contract, section 1).
const WITHHELD = new Set(["+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"]);

export function isWithheld(number) {
  return Boolean(number) && (!number.startsWith("+") || WITHHELD.has(number));
}
