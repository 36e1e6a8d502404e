// The element <chain-walk>: a packet's walk as a figure in a page of anybody's.
//
// It plays a recording, which needs no WebAssembly; *Change* loads the engine. The build makes one script of this file and
// what it imports, for both worlds, module and classic. It writes no HTML and no inline style, so that the strictest
// policy lets it play.

import { ChainWalk } from "./element/element.js";
import { Engine } from "./element/engine.js";
import { watch } from "./element/fences.js";

ChainWalk.Engine = Engine;
customElements.define("chain-walk", ChainWalk);
watch();
