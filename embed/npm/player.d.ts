export type { ChainWalk } from "./chain-walk.js";
