// Live updates: the stream carries topics only; parts that name a topic fetch themselves with their own rights.
// hx-trigger="live:appointments.visit from:body" reloads for any visit, "live:appointments.visit:42" for one.
// The topic "*" says that announcements were missed: all parts fetch themselves.
import { word } from './words.js';

const url = document.querySelector('meta[name="live-url"]')?.content;
const badge = document.getElementById('live');
const POLL_MS = 30000;
const HIDDEN_MS = 60000;
const waiting = new Set();
let source;
let flushing;
let poll;
let hiding;

const fire = (topic) => document.body.dispatchEvent(new CustomEvent(`live:${topic}`, { detail: { topic } }));

const flush = () => {
  flushing = null;
  if (document.hidden) return;
  const topics = [...waiting];
  waiting.clear();
  topics.forEach(fire);
};

const topicsOfPage = () => new Set([...document.querySelectorAll('[hx-trigger*="live:"]')].flatMap((part) => [...part.getAttribute('hx-trigger').matchAll(/live:([\w.:-]+)/g)].map((match) => match[1])));

// Many events within one moment reload a part once; the jitter keeps a hundred desks from asking in the same millisecond.
const collect = (told) => {
  const topics = told.includes('*') ? topicsOfPage() : told;
  for (const topic of topics) {
    waiting.add(topic);
    if (topic.includes(':')) waiting.add(topic.split(':')[0]);
  }
  flushing ??= setTimeout(flush, 80 + Math.random() * 170);
};

const say = (state, text) => {
  document.documentElement.dataset.live = state;
  if (!badge || badge.dataset.state === state) return;
  badge.dataset.state = state;
  badge.querySelector('.live-text').textContent = text;
};

const startPoll = () => { poll ??= setInterval(() => { document.body.dispatchEvent(new CustomEvent('live-poll')); collect(['*']); }, POLL_MS); };
const stopPoll = () => { clearInterval(poll); poll = null; };

const connect = () => {
  source = new EventSource(url, { withCredentials: true });
  source.onopen = () => {
    stopPoll();
    if (badge?.dataset.state === 'off') collect(['*']);
    say('on', word('Live'));
  };
  source.onmessage = (event) => {
    let topics = [];
    try { topics = JSON.parse(event.data).topics ?? []; } catch { return; }
    collect(topics);
  };
  source.onerror = () => {
    say('off', word('Refreshing every 30 s'));
    startPoll();
    if (source.readyState === EventSource.CLOSED) { source.close(); setTimeout(() => { if (!document.hidden) connect(); }, POLL_MS); }
  };
};

if (url) {
  connect();
  document.addEventListener('visibilitychange', () => {
    clearTimeout(hiding);
    if (document.hidden) hiding = setTimeout(() => { source.close(); stopPoll(); say('paused', word('Paused')); }, HIDDEN_MS);
    else if (document.documentElement.dataset.live === 'paused') { connect(); collect(['*']); } else flush();
  });
}
