// sharp (libvips) on one thread, without its cache, as its documentation has it: each rendition from the original, which libvips
// reads at a reduced size where that suffices. Progressive as ours.
const { readFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { createInterface } = require("node:readline");
const sharp = require("sharp");

sharp.concurrency(1);
sharp.cache(false);

async function work(task) {
    const raw = readFileSync(task.photo);
    const started = performance.now();
    const { autoOrient } = await sharp(raw).metadata();
    const main = Math.min(task.width_px, autoOrient.width);
    const renditions = [["main", main]];
    for (const width of task.thumbnail_widths_px.filter((width) => width < main)) renditions.push([`${width}`, width]);
    const files = [];
    for (const [name, width] of renditions) {
        const scaled = sharp(raw).autoOrient().resize({ width, withoutEnlargement: true });
        const jpeg = { quality: task.jpeg_quality, progressive: true, chromaSubsampling: "4:2:0", mozjpeg: false };
        files.push([`${name}.jpg`, await scaled.clone().jpeg(jpeg).toBuffer()]);
        if (task.webp) files.push([`${name}.webp`, await scaled.clone().webp({ quality: 80, effort: 2 }).toBuffer()]);
    }
    const ms = performance.now() - started;
    for (const [name, bytes] of files) writeFileSync(join(task.folder, name), bytes);
    return { ms };
}

async function serve() {
    console.log(JSON.stringify({ ms: 0 }));
    for await (const line of createInterface({ input: process.stdin })) {
        const answer = await work(JSON.parse(line)).catch((error) => ({ error: `${error}` }));
        console.log(JSON.stringify(answer));
    }
}

serve();
