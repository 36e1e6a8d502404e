// Where the script came from: its engine lies beside it, and so does the page that *Open* opens.

const script = document.currentScript ?? document.querySelector('script[src*="chain-walk.js"]');
export const HERE = script?.src || document.baseURI;
