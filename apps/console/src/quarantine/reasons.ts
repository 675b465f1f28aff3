import type { Titles } from '../api/types.js';

/** What a rejection means and what to do about it. */
export interface ReasonTexts {
  readonly title: Titles;
  readonly remedy: Titles;
}

type Three = readonly [en: string, hant: string, hans: string];
const titles = ([en, hant, hans]: Three): Titles => ({ en, 'zh-Hant': hant, 'zh-Hans': hans });
const reason = (title: Three, remedy: Three): ReasonTexts => ({ title: titles(title), remedy: titles(remedy) });

/**
 * The rejections of the platform's error catalogue, in the reader's language; a test keeps the English equal to the catalogue. A code that is
 * not here is shown as it is, with a link to the reference, so that a console may be older than the platform.
 */
export const REASONS: Readonly<Record<string, ReasonTexts>> = {
  'too-large': reason(
    ['The payload is larger than allowed', '資料內容超出容許大小', '数据内容超出允许大小'],
    [
      'Send fewer readings per message, or raise the limit for this device type.',
      '每則訊息少送一些讀數，或調高此裝置型號的上限。',
      '每条消息少发一些读数，或调高此设备型号的上限。',
    ],
  ),
  'too-deep': reason(
    ['The payload is nested too deeply', '資料內容的層次過深', '数据内容的层次过深'],
    [
      'A reading needs no nesting; send values as a flat object.',
      '讀數無需分層；請以單層物件傳送數值。',
      '读数无需分层；请以单层对象发送数值。',
    ],
  ),
  'bad-json': reason(
    ['The payload is not JSON', '資料內容不是 JSON', '数据内容不是 JSON'],
    [
      'Check that the device sends UTF-8 JSON, SenML JSON or SenML CBOR.',
      '檢查裝置是否傳送 UTF-8 JSON、SenML JSON 或 SenML CBOR。',
      '检查设备是否发送 UTF-8 JSON、SenML JSON 或 SenML CBOR。',
    ],
  ),
  'bad-cbor': reason(
    ['The payload is not CBOR', '資料內容不是 CBOR', '数据内容不是 CBOR'],
    [
      'Check that the device sends SenML CBOR of RFC 8428.',
      '檢查裝置是否傳送 RFC 8428 的 SenML CBOR。',
      '检查设备是否发送 RFC 8428 的 SenML CBOR。',
    ],
  ),
  'bad-senml': reason(
    ['The payload is not valid SenML', '資料內容不是有效的 SenML', '数据内容不是有效的 SenML'],
    [
      'Compare with RFC 8428 section 4; the pointer names the record.',
      '與 RFC 8428 第 4 節比對；路徑指出是哪一筆記錄。',
      '与 RFC 8428 第 4 节比对；路径指出是哪一条记录。',
    ],
  ),
  'bad-payload': reason(
    ['The payload has not the shape of a reading', '資料內容不合讀數的格式', '数据内容不合读数的格式'],
    [
      'Send {"ts": ..., "values": {"metric": number}} or an array of them.',
      '傳送 {"ts": ..., "values": {"metric": number}}，或由其組成的陣列。',
      '发送 {"ts": ..., "values": {"metric": number}}，或由其组成的数组。',
    ],
  ),
  'forbidden-key': reason(
    ['The payload uses a key that is not allowed', '資料內容用了不容許的鍵', '数据内容用了不允许的键'],
    [
      'Remove the keys __proto__, constructor and prototype.',
      '移除鍵 __proto__、constructor 及 prototype。',
      '移除键 __proto__、constructor 和 prototype。',
    ],
  ),
  'unsupported-event': reason(
    ['The event of the network server is not known', '不認識網絡伺服器的這種事件', '不认识网络服务器的这种事件'],
    [
      'Compare with the events that the platform takes; others may be switched off at the network server.',
      '與平台接收的事件比對；其他事件可在網絡伺服器關掉。',
      '与平台接收的事件比对；其他事件可在网络服务器关掉。',
    ],
  ),
  'no-codec': reason(
    ['Nothing says how the payload is read', '沒有解讀資料內容的方法', '没有解读数据内容的方法'],
    [
      'Give the device a type that has a codec, then replay its dead letters.',
      '為裝置指定有解碼器的型號，然後重播其滯留訊息。',
      '为设备指定有解码器的型号，然后重放其滞留消息。',
    ],
  ),
  'device-isolated': reason(
    ['The device is isolated', '裝置已被隔離', '设备已被隔离'],
    [
      'Release the device, then replay its dead letters if they are to be trusted.',
      '解除隔離；如其資料可信，再重播其滯留訊息。',
      '解除隔离；如其数据可信，再重放其滞留消息。',
    ],
  ),
  'kind-not-approved': reason(
    [
      'The kind could identify people, and no approval of it is on record',
      '此種類可能識別到個人，而沒有批准記錄',
      '此种类可能识别到个人，而没有批准记录',
    ],
    [
      'Put the approval on record, name its reference in LAMPLIGHTER_APPROVED_KINDS and start again.',
      '把批准記錄在案，在 LAMPLIGHTER_APPROVED_KINDS 寫上其編號，然後重新啟動。',
      '把批准记录在案，在 LAMPLIGHTER_APPROVED_KINDS 写上其编号，然后重新启动。',
    ],
  ),
  'unknown-topic': reason(
    ['The topic is not one that carries telemetry', '此主題不用於遙測', '此主题不用于遥测'],
    [
      'Publish to the topic that was given when the device was registered.',
      '發佈到登記裝置時給予的主題。',
      '发布到登记设备时给予的主题。',
    ],
  ),
  'unknown-device': reason(
    ['The device is not registered', '裝置未登記', '设备未登记'],
    [
      'Register the device, then replay its dead letters.',
      '登記裝置，然後重播其滯留訊息。',
      '登记设备，然后重放其滞留消息。',
    ],
  ),
  'unknown-kind': reason(
    ['The device is of a kind that this release does not know', '本版本不認識裝置的種類', '本版本不认识设备的种类'],
    [
      'Install a release that has the kind, or correct the device.',
      '安裝有此種類的版本，或更正裝置資料。',
      '安装有此种类的版本，或更正设备资料。',
    ],
  ),
  'wrong-topic': reason(
    ['The topic does not match the registry entry of the device', '主題與裝置的登記不符', '主题与设备的登记不符'],
    [
      'Use the topic that the registry shows for the device.',
      '使用登記冊所示的裝置主題。',
      '使用登记册所示的设备主题。',
    ],
  ),
  'unknown-metric': reason(
    ['The kind has no such metric', '此種類沒有這個項目', '此种类没有这个项目'],
    [
      'Compare with GET /v1/kinds; the pointer names the metric.',
      '與 GET /v1/kinds 比對；路徑指出是哪個項目。',
      '与 GET /v1/kinds 比对；路径指出是哪个项目。',
    ],
  ),
  'derived-metric': reason(
    ['The metric is computed by the platform', '此項目由平台計算', '此项目由平台计算'],
    [
      'Do not send it; the platform derives it from the other metrics.',
      '請勿傳送；平台會由其他項目推算。',
      '请勿发送；平台会由其他项目推算。',
    ],
  ),
  'wrong-type': reason(
    ['The value is of the wrong type', '數值的類型不對', '数值的类型不对'],
    [
      'Send a finite number, true or false, or one of the labels of the kind.',
      '傳送有限數字、true 或 false，或種類所列的標籤。',
      '发送有限数字、true 或 false，或种类所列的标签。',
    ],
  ),
  'out-of-range': reason(
    ['The value is outside the physical range of the metric', '數值超出項目的物理範圍', '数值超出项目的物理范围'],
    ['Check the sensor and its unit.', '檢查感測器及其單位。', '检查传感器及其单位。'],
  ),
  'no-values': reason(
    ['The reading carries no value that could be stored', '讀數沒有可儲存的數值', '读数没有可存储的数值'],
    ['Send at least one metric of the kind.', '至少傳送一個此種類的項目。', '至少发送一个此种类的项目。'],
  ),
  'bad-time': reason(
    ['The time stamp cannot be read', '無法讀取時間戳', '无法读取时间戳'],
    [
      'Send milliseconds since 1970 or an ISO 8601 time with an offset.',
      '傳送 1970 年起的毫秒數，或帶時差的 ISO 8601 時間。',
      '发送 1970 年起的毫秒数，或带时差的 ISO 8601 时间。',
    ],
  ),
  'too-old': reason(
    ['The time stamp is older than the policy allows', '時間戳早於政策容許', '时间戳早于策略允许'],
    [
      'Set the clock of the device, or raise LAMPLIGHTER_MAX_AGE_DAYS.',
      '校正裝置的時鐘，或調高 LAMPLIGHTER_MAX_AGE_DAYS。',
      '校正设备的时钟，或调高 LAMPLIGHTER_MAX_AGE_DAYS。',
    ],
  ),
  'in-future': reason(
    ['The time stamp lies ahead of the clock of the platform', '時間戳比平台的時鐘快', '时间戳比平台的时钟快'],
    ['Set the clock of the device.', '校正裝置的時鐘。', '校正设备的时钟。'],
  ),
  'bad-sequence': reason(
    ['The sequence number cannot be used', '序號無法使用', '序号无法使用'],
    [
      'Send seq as a whole number from 0 to 2^53 - 1 and boot as text of at most 64 characters.',
      'seq 須為 0 至 2^53 - 1 的整數，boot 須為最多 64 字元的文字。',
      'seq 须为 0 至 2^53 - 1 的整数，boot 须为最多 64 字符的文本。',
    ],
  ),
  'unknown-device-type': reason(
    ['There is no such device type', '沒有這個裝置型號', '没有这个设备型号'],
    [
      'Add the device type, or correct the device; then replay its dead letters.',
      '新增裝置型號或更正裝置，然後重播其滯留訊息。',
      '新增设备型号或更正设备，然后重放其滞留消息。',
    ],
  ),
  'codec-errors': reason(
    ['The script of the device type refused the payload', '型號的解碼程式拒收資料內容', '型号的解码程序拒收数据内容'],
    [
      'Read the errors of the script; check that the device is of this type, version and port.',
      '閱讀程式的錯誤；檢查裝置的型號、版本及連接埠。',
      '阅读程序的错误；检查设备的型号、版本及端口。',
    ],
  ),
  'codec-failed': reason(
    ['The script of the device type failed on the payload', '型號的解碼程式執行失敗', '型号的解码程序执行失败'],
    [
      'Try the payload with lamplighter codec test; correct the script, then replay the dead letter.',
      '以 lamplighter codec test 試解；更正程式後重播滯留訊息。',
      '以 lamplighter codec test 试解；更正程序后重放滞留消息。',
    ],
  ),
  'codec-output': reason(
    [
      'The script of the device type returned something that cannot be used',
      '型號的解碼程式傳回不能用的結果',
      '型号的解码程序返回不能用的结果',
    ],
    [
      'decodeUplink must return {"data": {...}}, flat and small; correct the script.',
      'decodeUplink 須傳回單層而細小的 {"data": {...}}；請更正程式。',
      'decodeUplink 须返回单层而小的 {"data": {...}}；请更正程序。',
    ],
  ),
  'codec-timeout': reason(
    ['The script of the device type does not come to an end', '型號的解碼程式沒有完結', '型号的解码程序没有结束'],
    [
      'Look for a loop without end in the script; when the host was overloaded, replay the dead letter.',
      '檢查程式有否無盡迴圈；如屬主機過載，請重播滯留訊息。',
      '检查程序有无死循环；如属主机过载，请重放滞留消息。',
    ],
  ),
  'codec-memory': reason(
    [
      'The script of the device type needs too much memory',
      '型號的解碼程式用了過多記憶體',
      '型号的解码程序用了过多内存',
    ],
    [
      'Look for something that grows without end in the script.',
      '檢查程式中有否無限增長的東西。',
      '检查程序中有无无限增长的东西。',
    ],
  ),
  'codec-suspended': reason(
    ['The script of the device type is suspended', '型號的解碼程式已暫停', '型号的解码程序已暂停'],
    [
      'It had to be stopped repeatedly and will run again in a minute; correct it, then replay the dead letters.',
      '它屢次須被中止，一分鐘後會再執行；更正後重播滯留訊息。',
      '它屡次须被中止，一分钟后会再运行；更正后重放滞留消息。',
    ],
  ),
  'over-quota': reason(
    ['The device sends more than its quota', '裝置的傳送量超出配額', '设备的发送量超出配额'],
    [
      'Make it send less, or raise its quota; then replay its dead letters.',
      '減少其傳送量或調高配額，然後重播其滯留訊息。',
      '减少其发送量或调高配额，然后重放其滞留消息。',
    ],
  ),
  'journal-corrupt': reason(
    ['The journal record failed its checksum', '日誌記錄的校驗不符', '日志记录的校验不符'],
    [
      'Check the disk; the bytes are kept for inspection.',
      '檢查磁碟；原始位元組已保留以供檢查。',
      '检查磁盘；原始字节已保留以供检查。',
    ],
  ),
  'processing-failed': reason(
    ['The platform failed on the message', '平台處理訊息時失敗', '平台处理消息时失败'],
    [
      'Report the detail to the operator; after a fix, replay the dead letter.',
      '把詳情告知營運者；修正後重播滯留訊息。',
      '把详情告知运营者；修正后重放滞留消息。',
    ],
  ),
  'store-rejected-line': reason(
    ['The store refused the row', '儲存庫拒收此列', '存储库拒收此行'],
    ['Look at the detail; the raw message is kept.', '請看詳情；原始訊息已保留。', '请看详情；原始消息已保留。'],
  ),
};
