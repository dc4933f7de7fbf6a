// Required into the Node processes of a synthesis: the one that loads provider packages writes down how many of their modules it has loaded.
"use strict";
process.on("exit", () => {
  const loaded = Object.keys(require("module")._cache).filter((file) => /[\\/]provider-(aws|helm)[\\/]lib[\\/]/.test(file));
  if (loaded.length) require("fs").writeFileSync(process.env.LOADED_MODULES, String(loaded.length));
});
