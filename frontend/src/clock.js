// Minutes that count on by themselves, measured by the server's clock and not by the desk's.
const serverNow = Date.parse(document.documentElement.dataset.now) || Date.now();
const skew = serverNow - Date.now();
const now = () => Date.now() + skew;

const words = (minutes) => {
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
  return `${Math.floor(minutes / 1440)} d ${Math.floor((minutes % 1440) / 60)} h`;
};

class WaitTime extends HTMLElement {
  static all = new Set();

  connectedCallback() { WaitTime.all.add(this); this.draw(); }

  disconnectedCallback() { WaitTime.all.delete(this); }

  draw() {
    const minutes = Math.max(0, Math.floor((now() - Date.parse(this.getAttribute('since'))) / 60000));
    const text = words(minutes);
    if (this.textContent !== text) this.textContent = text;
    this.dataset.tone = minutes >= Number(this.getAttribute('bad')) ? 'bad' : minutes >= Number(this.getAttribute('warn')) ? 'warn' : 'calm';
  }
}
customElements.define('wait-time', WaitTime);

// The line of now in a day calendar; the server says where it was when the page was made.
class NowLine extends HTMLElement {
  static all = new Set();

  connectedCallback() { NowLine.all.add(this); this.start = Date.now(); this.draw(); }

  disconnectedCallback() { NowLine.all.delete(this); }

  draw() {
    const minutes = Number(this.getAttribute('minute')) + (Date.now() - this.start) / 60000;
    this.style.setProperty('--at', String(minutes - Number(this.getAttribute('from'))));
    this.hidden = minutes < Number(this.getAttribute('from')) || minutes > Number(this.getAttribute('to'));
  }
}
customElements.define('now-line', NowLine);

const drawAll = () => { WaitTime.all.forEach((one) => one.draw()); NowLine.all.forEach((one) => one.draw()); };
setInterval(drawAll, 10000);
// A part that was fetched again comes without the minutes, which only the browser writes.
document.addEventListener('htmx:after:swap', drawAll);
