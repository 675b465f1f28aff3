import type { Titles } from '../api/types.js';
import { REASONS, type ReasonTexts } from '../quarantine/reasons.js';

type Three = readonly [en: string, hant: string, hans: string];
const titles = ([en, hant, hans]: Three): Titles => ({ en, 'zh-Hant': hant, 'zh-Hans': hans });
const problem = (title: Three, remedy: Three): ReasonTexts => ({ title: titles(title), remedy: titles(remedy) });

/** What the API answers when it cannot do what was asked, in the reader's language; a test keeps the English equal to the catalogue. */
export const PROBLEMS: Readonly<Record<string, ReasonTexts>> = {
  'bad-request': problem(
    ['The request cannot be understood', '未能理解此要求', '无法理解此请求'],
    [
      'Compare with /docs; the pointer names the field.',
      '請與 /docs 比對；路徑指出是哪個欄位。',
      '请与 /docs 比对；路径指出是哪个字段。',
    ],
  ),
  'query-too-large': problem(
    ['The query would return too much', '查詢結果過多', '查询结果过多'],
    [
      'Use the suggested interval, or a shorter time range.',
      '採用建議的間距，或縮短時段。',
      '采用建议的间隔，或缩短时段。',
    ],
  ),
  unauthenticated: problem(
    ['The request carries no valid credentials', '要求沒有附上有效的憑證', '请求没有附带有效的凭证'],
    [
      'Send HTTP Basic of an account, or Authorization: Bearer <API key>.',
      '以帳戶使用 HTTP Basic，或傳送 Authorization: Bearer <API 密鑰>。',
      '用账户使用 HTTP Basic，或发送 Authorization: Bearer <API 密钥>。',
    ],
  ),
  forbidden: problem(
    ['The credentials do not allow this', '您的權限不容許此操作', '您的权限不允许此操作'],
    ['Ask an administrator for a role that does.', '請向管理員申請所需角色。', '请向管理员申请所需角色。'],
  ),
  'not-found': problem(
    ['There is no such thing here', '這裏沒有此項', '这里没有此项'],
    [
      'Check the id; things of other departments are not shown.',
      '請檢查編號；其他部門的項目不會顯示。',
      '请检查编号；其他部门的项目不会显示。',
    ],
  ),
  'not-replayable': problem(
    ['The dead letter cannot be replayed', '此滯留訊息不能重播', '此滞留消息不能重放'],
    [
      'Its payload was not kept, or its bytes are damaged; the device has to send the reading again.',
      '其內容沒有保留或已損壞；裝置須重新傳送讀數。',
      '其内容没有保留或已损坏；设备须重新发送读数。',
    ],
  ),
  conflict: problem(
    ['The request conflicts with what is there', '要求與現況有衝突', '请求与现状有冲突'],
    ['Read the current state and try again.', '請查看現況後再試。', '请查看现状后再试。'],
  ),
  'too-many-requests': problem(
    ['Too many requests', '要求過於頻密', '请求过于频繁'],
    [
      'Wait for the time that Retry-After names.',
      '請稍候再試（時間見 Retry-After）。',
      '请稍候再试（时间见 Retry-After）。',
    ],
  ),
  internal: problem(
    ['The platform failed to answer', '平台未能回應', '平台未能响应'],
    [
      'Try again; if it stays, look in the log for the request id.',
      '請再試；如問題持續，請在日誌中查找要求編號。',
      '请再试；如问题持续，请在日志中查找请求编号。',
    ],
  ),
  unavailable: problem(
    ['The platform cannot take this now', '平台暫時未能處理', '平台暂时无法处理'],
    [
      'Try again after the time that Retry-After names.',
      '請稍後再試（時間見 Retry-After）。',
      '请稍后再试（时间见 Retry-After）。',
    ],
  ),
  'examples-failed': problem(
    ['The examples of the device type fail', '裝置型號的範例未能通過', '设备型号的示例未能通过'],
    [
      'Compare the differences that are listed; correct the script, the mapping or the examples, or send force=true.',
      '請核對所列差異，更正程式、對應表或範例，或傳送 force=true。',
      '请核对所列差异，更正程序、映射表或示例，或发送 force=true。',
    ],
  ),
  'bad-csv': problem(
    ['The file cannot be read as CSV', '檔案不能以 CSV 讀取', '文件不能作为 CSV 读取'],
    [
      'Save it as comma-separated UTF-8 text with one header row.',
      '請存為以逗號分隔的 UTF-8 文字檔，並只有一行標題。',
      '请保存为以逗号分隔的 UTF-8 文本，并只有一行表头。',
    ],
  ),
  'bad-column': problem(
    ['The header row is not the expected one', '標題行不合要求', '表头行不符合要求'],
    [
      'Name the columns id, kind, latitude and longitude, and optionally department, name, intervalMs, tags, devEui, deviceType, template and quota.',
      '欄名須有 id、kind、latitude 及 longitude，可另有 department、name、intervalMs、tags、devEui、deviceType、template 及 quota。',
      '列名须有 id、kind、latitude 及 longitude，可另有 department、name、intervalMs、tags、devEui、deviceType、template 及 quota。',
    ],
  ),
  'bad-field': problem(
    ['The field cannot be used', '欄位內容不能使用', '字段内容不能使用'],
    ['See the detail; the row and the column are named.', '請看詳情；已指出行和欄。', '请看详情；已指出行和列。'],
  ),
  'outside-area': problem(
    ['The position lies outside Hong Kong', '位置在香港以外', '位置在香港以外'],
    [
      'Check that latitude and longitude are not exchanged and in degrees of WGS 84.',
      '請檢查緯度和經度有否對調，並以 WGS 84 度數表示。',
      '请检查纬度和经度是否对调，并以 WGS 84 度数表示。',
    ],
  ),
  'repeated-id': problem(
    ['The id appears more than once in the file', '編號在檔案中重複', '编号在文件中重复'],
    ['Keep one of the rows.', '請只保留其中一行。', '请只保留其中一行。'],
  ),
  'unknown-department': problem(
    ['There is no such department', '沒有這個部門', '没有这个部门'],
    [
      'Use an id of GET /v1/departments, or leave the field empty for the department of the kind.',
      '請用 GET /v1/departments 所列的編號，或留空以採用該種類所屬部門。',
      '请用 GET /v1/departments 所列的编号，或留空以采用该种类所属部门。',
    ],
  ),
  'no-way-to-device': problem(
    ['It is not known how to reach the device', '未知如何連接此裝置', '尚不知如何连接此设备'],
    [
      'Wait for its first uplink, or name the network server; see docs/guides/lorawan.md.',
      '請等待其首次上行，或指明網絡伺服器；見 docs/guides/lorawan.md。',
      '请等待其首次上行，或指明网络服务器；见 docs/guides/lorawan.md。',
    ],
  ),
  'downlink-refused': problem(
    ['The network server did not take the downlink', '網絡伺服器沒有接受下行訊息', '网络服务器没有接受下行消息'],
    [
      'See the detail; check the address for downlinks and its key at the network server.',
      '請看詳情；檢查下行地址及其在網絡伺服器的密鑰。',
      '请看详情；检查下行地址及其在网络服务器的密钥。',
    ],
  ),
  'journal-full': problem(
    ['The journal has reached its size limit', '日誌已達容量上限', '日志已达容量上限'],
    [
      'Find out why the store does not keep up; nothing is lost, devices are held back.',
      '請查明儲存庫為何跟不上；資料沒有遺失，裝置暫被延緩。',
      '请查明存储库为何跟不上；数据没有丢失，设备暂被延缓。',
    ],
  ),
  'journal-unwritable': problem(
    ['The journal cannot be written', '未能寫入日誌', '无法写入日志'],
    [
      'Check the disk; no message is acknowledged until it can be written.',
      '請檢查磁碟；能寫入之前不會確認任何訊息。',
      '请检查磁盘；能写入之前不会确认任何消息。',
    ],
  ),
  'store-unavailable': problem(
    ['The time-series store does not answer', '時序儲存庫沒有回應', '时序存储库没有响应'],
    [
      'Check the store; messages wait in the journal.',
      '請檢查儲存庫；訊息在日誌中等候。',
      '请检查存储库；消息在日志中等候。',
    ],
  ),
  'store-rejected': problem(
    ['The time-series store refused a write', '時序儲存庫拒絕寫入', '时序存储库拒绝写入'],
    [
      'See the detail; the offending lines are kept as dead letters.',
      '請看詳情；有問題的列已保留為滯留訊息。',
      '请看详情；有问题的行已保留为滞留消息。',
    ],
  ),
  'replay-failed': problem(
    [
      'The replay met an error that does not pass by itself',
      '重播遇到不會自行消失的錯誤',
      '重放遇到不会自行消失的错误',
    ],
    [
      'Look in the log of the API for the id of the replay and correct the cause.',
      '請在 API 的日誌中查找重播編號，並排除原因。',
      '请在 API 的日志中查找重放编号，并排除原因。',
    ],
  ),
  'registry-unavailable': problem(
    ['The registry does not answer', '登記冊沒有回應', '登记册没有响应'],
    ['Check the registry database.', '請檢查登記冊資料庫。', '请检查登记册数据库。'],
  ),
};

/** A problem or a rejection of any code that this console knows. */
export const textsOfCode = (code: string | undefined): ReasonTexts | undefined =>
  code === undefined ? undefined : (PROBLEMS[code] ?? REASONS[code]);
