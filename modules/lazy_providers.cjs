// Node's side of lazy_providers.py: a provider package is entered through its own lazy-index.js, where it has one.
"use strict";
const fs = require("fs");
const Module = require("module");

const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  const file = resolve.call(this, request, ...rest);
  if (!/[\\/]@(cdktf|cdktn)[\\/]provider-[^\\/]+[\\/]lib[\\/]index\.js$/.test(file)) return file;
  const lazy = file.replace(/index\.js$/, "lazy-index.js");
  return fs.existsSync(lazy) ? lazy : file;
};
