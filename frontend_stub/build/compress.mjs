// What browsers load, compressed once and for all: the gateway only picks the file.
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const PACKED = {
  ".gz": (bytes) => promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION }),
  ".br": (bytes) => promisify(brotliCompress)(bytes),
};

/** Write a .gz and a .br beside every file of a folder, wherever that makes it smaller. */
export async function compressBelow(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  await Promise.all(files.map((entry) => compress(join(entry.parentPath ?? entry.path, entry.name))));
}

async function compress(file) {
  const bytes = await readFile(file);
  for (const [ending, pack] of Object.entries(PACKED)) {
    const packed = await pack(bytes);
    if (packed.length < bytes.length) await writeFile(file + ending, packed);
  }
}
