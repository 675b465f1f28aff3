import type { Titles } from './kind.js';
import { titles } from './titles.js';

/** A department or public body that owns devices or reads their history. */
export interface DepartmentEntry {
  /** The abbreviation that the government itself uses, in lower case; it is a level of MQTT topics. */
  readonly id: string;
  readonly titles: Titles;
}

/** Departments that a new registry starts with; the registry may add to them. */
export const DEPARTMENTS: readonly DepartmentEntry[] = [
  {
    id: 'afcd',
    titles: titles('Agriculture, Fisheries and Conservation Department', '漁農自然護理署', '渔农自然护理署'),
  },
  { id: 'archsd', titles: titles('Architectural Services Department', '建築署', '建筑署') },
  { id: 'cedd', titles: titles('Civil Engineering and Development Department', '土木工程拓展署', '土木工程拓展署') },
  { id: 'dpo', titles: titles('Digital Policy Office', '數字政策辦公室', '数字政策办公室') },
  { id: 'dsd', titles: titles('Drainage Services Department', '渠務署', '渠务署') },
  { id: 'emsd', titles: titles('Electrical and Mechanical Services Department', '機電工程署', '机电工程署') },
  { id: 'epd', titles: titles('Environmental Protection Department', '環境保護署', '环境保护署') },
  { id: 'fehd', titles: titles('Food and Environmental Hygiene Department', '食物環境衞生署', '食物环境卫生署') },
  { id: 'had', titles: titles('Home Affairs Department', '民政事務總署', '民政事务总署') },
  { id: 'hko', titles: titles('Hong Kong Observatory', '香港天文台', '香港天文台') },
  { id: 'hyd', titles: titles('Highways Department', '路政署', '路政署') },
  { id: 'lcsd', titles: titles('Leisure and Cultural Services Department', '康樂及文化事務署', '康乐及文化事务署') },
  { id: 'td', titles: titles('Transport Department', '運輸署', '运输署') },
  { id: 'wsd', titles: titles('Water Supplies Department', '水務署', '水务署') },
];

/** The department of this id, or undefined. */
export function findDepartment(id: string): DepartmentEntry | undefined {
  return DEPARTMENTS.find((department) => department.id === id);
}
