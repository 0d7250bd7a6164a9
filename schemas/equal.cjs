// Whether two values of JSON are equal, for the validators. Ajv's own comparison asks maps for what they inherit: those of YAML inherit
// nothing, and those of others may have keys of these names.
module.exports = function equal(one, other) {
  if (one === other) return true;
  if (one === null || other === null || typeof one !== 'object' || typeof other !== 'object') return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = Object.keys(one);
  if (keys.length !== Object.keys(other).length) return false;
  return keys.every((key) => Object.hasOwn(other, key) && equal(one[key], other[key]));
};
