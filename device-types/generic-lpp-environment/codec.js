// Low Power Payload: a list of channel, type, value. Values are grouped by what they are, then by channel:
// channel 1 temperature, 2 humidity, 3 battery, 4 link margin.
var TYPES = {
  2: { name: 'analog', size: 2, signed: true, divisor: 100 },
  101: { name: 'illuminance', size: 2, signed: false, divisor: 1 },
  103: { name: 'temperature', size: 2, signed: true, divisor: 10 },
  104: { name: 'humidity', size: 1, signed: false, divisor: 2 },
  115: { name: 'pressure', size: 2, signed: false, divisor: 10 },
  116: { name: 'voltage', size: 2, signed: false, divisor: 100 },
  120: { name: 'percentage', size: 1, signed: false, divisor: 1 },
};

function decodeUplink(input) {
  var bytes = input.bytes;
  var data = {};
  var at = 0;
  while (at < bytes.length) {
    var channel = bytes[at];
    var type = TYPES[bytes[at + 1]];
    if (type === undefined) return { errors: ['unknown type ' + bytes[at + 1] + ' at byte ' + (at + 1)] };
    if (at + 2 + type.size > bytes.length) return { errors: ['the value at byte ' + (at + 2) + ' is cut off'] };
    var value = 0;
    for (var i = 0; i < type.size; i++) value = value * 256 + bytes[at + 2 + i];
    var range = Math.pow(256, type.size);
    if (type.signed && value >= range / 2) value -= range;
    if (data[type.name] === undefined) data[type.name] = {};
    data[type.name][channel] = value / type.divisor;
    at += 2 + type.size;
  }
  return { data: data };
}
