// Counts the words of a file, and collects the lines of each.
const count = new Map(), lines = new Map();
require("fs").readFileSync(process.argv[2], "utf8").split("\n").forEach((line, number) => {
    for (const word of line.match(/\w+/g) ?? []) {
        count.set(word, (count.get(word) ?? 0) + 1);
        const key = word.toLowerCase();
        if (!lines.has(key)) lines.set(key, []);
        lines.get(key).push(`${number}:${line.length}`);
    }
});
const often = [...count].sort((a, b) => b[1] - a[1]).slice(0, 10);
console.log(often, Buffer.from(JSON.stringify([...lines])).length);
