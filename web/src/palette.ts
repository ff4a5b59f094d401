/** Colours of Okabe and Ito (2008), which tell apart for those who do not see red or green. */

export const INK = "#1b1f23";
export const MUTED = "#55606b";
export const STOCK = "#0072B2";
export const STOCK_DARK = "#004b77";
export const FLOW = "#D55E00";
export const FLOW_DARK = "#8f3a00";
export const COUNTED = "#111111";
export const LAND = "#f4f1ea";
export const SEA = "#dce7ee";

/** Fill, line colour and hatch of the parties, in the order in which they appear. */
export const PARTIES = [
  { colour: "#E69F00", hatch: "rising" },
  { colour: "#333333", hatch: "dots" },
  { colour: "#009E73", hatch: "falling" },
  { colour: "#CC79A7", hatch: "cross" },
  { colour: "#56B4E9", hatch: "upright" },
  { colour: "#F0E442", hatch: "level" },
  { colour: "#7a5195", hatch: "rising" },
  { colour: "#8c6d31", hatch: "falling" },
] as const;

export type Hatch = (typeof PARTIES)[number]["hatch"];

/** Colours of how often people were displaced: one hue, from light to dark. */
export const TIMES = ["#a6cee3", "#56a0d3", "#0072B2", "#00375a"];
