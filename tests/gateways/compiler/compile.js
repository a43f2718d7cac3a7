// The contracts on Ethereum, compiled: writes the JSON that stands beside each source.
// An argument names another folder to write to.
const crypto = require("crypto");
const fs = require("fs");
const path = require("path");
const solc = require("solc");

const folder = path.join(__dirname, "../../../src/huabiao/services/foreign/contract");
const target = process.argv[2] || folder;

for (const name of ["HuabiaoGateway", "HuabiaoLock"]) {
  const content = fs.readFileSync(path.join(folder, `${name}.sol`), "utf8");
  const input = {
    language: "Solidity",
    sources: { [`${name}.sol`]: { content } },
    settings: {
      optimizer: { enabled: true, runs: 200 },
      evmVersion: "cancun",
      metadata: { bytecodeHash: "none", appendCBOR: false },
      outputSelection: {
        "*": { "*": ["abi", "evm.bytecode.object", "storageLayout"] },
      },
    },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input)));
  for (const error of output.errors || []) {
    process.stderr.write(error.formattedMessage);
    process.exitCode = 1;
  }
  const found = output.contracts[`${name}.sol`][name];
  const slots = found.storageLayout.storage.map((each) => [each.label, Number(each.slot)]);
  const kept = {
    compiler: solc.version(),
    source: crypto.createHash("sha256").update(content).digest("hex"),
    slots: Object.fromEntries(slots),
    abi: found.abi,
    bytecode: found.evm.bytecode.object,
  };
  fs.writeFileSync(path.join(target, `${name}.json`), JSON.stringify(kept, null, 1) + "\n");
}
