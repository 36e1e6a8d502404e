// The element <chain-walk> without an engine and without fences, which plays recordings and no more.

import { ChainWalk } from "./element/element.js";

customElements.define("chain-walk", ChainWalk);
