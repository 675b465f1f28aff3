// Port 2: distance to the contents (mm, big endian), temperature (degrees C, signed), flags (bit 0: tilted), battery (0 to 254).
// Port 3: the same without the battery, sent at once when the position changes.
function decodeUplink(input) {
  var expected = input.fPort === 2 ? 5 : input.fPort === 3 ? 4 : 0;
  if (expected === 0) return { errors: ['unknown fPort ' + input.fPort] };
  if (input.bytes.length !== expected) return { errors: ['expected ' + expected + ' bytes, got ' + input.bytes.length] };
  var frame = Buffer.from(input.bytes);
  var distance = frame.readUInt16BE(0);
  var data = {
    temperature: frame.readInt8(2),
    position: frame[3] & 1 ? 'tilted' : 'upright',
  };
  var warnings = [];
  // Beyond the bottom the echo came from somewhere else.
  if (distance > 1000) warnings.push('no echo from the contents');
  else data.distance = distance;
  if (input.fPort === 2) data.battery = Math.round((frame[4] / 254) * 1000) / 1000;
  return { data: data, warnings: warnings };
}

// {"intervalMinutes": 5 to 1440}
function encodeDownlink(input) {
  var minutes = input.data.intervalMinutes;
  if (typeof minutes !== 'number' || minutes < 5 || minutes > 1440) return { errors: ['intervalMinutes must be from 5 to 1440'] };
  var frame = Buffer.alloc(3);
  frame.writeUInt8(1, 0);
  frame.writeUInt16BE(minutes, 1);
  return { bytes: Array.from(frame), fPort: 10 };
}

function decodeDownlink(input) {
  return { data: { intervalMinutes: Buffer.from(input.bytes).readUInt16BE(1) } };
}
