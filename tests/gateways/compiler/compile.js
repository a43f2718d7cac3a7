// HuabiaoGateway.sol, compiled: prints the JSON that services/foreign/contract keeps.
const fs = require("fs");
const path = require("path");
const solc = require("solc");

const NAME = "HuabiaoGateway";
const folder = path.join(__dirname, "../../../src/huabiao/services/foreign/contract");
const content = fs.readFileSync(path.join(folder, `${NAME}.sol`), "utf8");
const input = {
  language: "Solidity",
  sources: { [`${NAME}.sol`]: { content } },
  settings: {
    optimizer: { enabled: true, runs: 200 },
    evmVersion: "cancun",
    metadata: { bytecodeHash: "none", appendCBOR: false },
    outputSelection: { "*": { "*": ["abi", "evm.bytecode.object", "storageLayout"] } },
  },
};
const output = JSON.parse(solc.compile(JSON.stringify(input)));
for (const error of output.errors || []) {
  process.stderr.write(error.formattedMessage);
  process.exitCode = 1;
}
const found = output.contracts[`${NAME}.sol`][NAME];
const slots = found.storageLayout.storage.map((each) => [each.label, Number(each.slot)]);
const kept = {
  compiler: solc.version(),
  source: require("crypto").createHash("sha256").update(content).digest("hex"),
  slots: Object.fromEntries(slots),
  abi: found.abi,
  bytecode: found.evm.bytecode.object,
};
process.stdout.write(JSON.stringify(kept, null, 1) + "\n");
