import './app.css';
import htmx from 'htmx.org';
import '@github/relative-time-element';
import './shell.js';
import './dialogs.js';
import './menus.js';
import './toasts.js';
import './forms.js';
import './repeats.js';
import './codebox.js';
import './refbox.js';
import './lines.js';
import './rows.js';
import './cells.js';
import './boards.js';
import './palette.js';
import './keys.js';
import './clock.js';
import './live.js';
import './passkeys.js';
import './push.js';

// Other modules of the house may ship small elements of their own; they find htmx here.
window.htmx = htmx;
