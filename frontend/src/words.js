// What scripts say, in the language of the page: word(text, { query }). English where the page brings no words.
const words = JSON.parse(document.querySelector('meta[name=words]')?.content ?? '{}');

export const word = (text, values = {}) => (words[text] ?? text).replace(/{(\w+)}/g, (hole, name) => values[name] ?? hole);
