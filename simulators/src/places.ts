/** What stands at a place decides which devices it gets. */
export type PlaceUse = 'park' | 'market' | 'street' | 'waterfront' | 'hill' | 'village';

export interface Place {
  readonly district: string;
  readonly name: string;
  readonly use: PlaceUse;
  readonly latitude: number;
  readonly longitude: number;
}

/** Named places in all 18 districts; positions are good to about two hundred metres. District, name, use, latitude, longitude. */
const TABLE = `
A|Hong Kong Park|park|22.2770|114.1615
A|Sheung Wan Market|market|22.2865|114.1501
A|Central Market|street|22.2841|114.1555
A|Sun Yat Sen Memorial Park|park|22.2903|114.1440
A|Kennedy Town Praya|waterfront|22.2828|114.1290
B|Causeway Bay, Lockhart Road|street|22.2797|114.1825
B|Wan Chai Market|market|22.2752|114.1738
B|Southorn Playground|park|22.2767|114.1728
B|Happy Valley|street|22.2693|114.1843
B|Bowrington Road Market|market|22.2780|114.1795
C|Quarry Bay Park|waterfront|22.2895|114.2175
C|Chai Wan Park|park|22.2660|114.2375
C|North Point, Chun Yeung Street|market|22.2912|114.1990
C|Shau Kei Wan Main Street East|street|22.2790|114.2290
C|Heng Fa Chuen|waterfront|22.2775|114.2400
D|Aberdeen Promenade|waterfront|22.2480|114.1560
D|Stanley Market|market|22.2187|114.2125
D|Repulse Bay Beach|waterfront|22.2375|114.1965
D|Ap Lei Chau Main Street|street|22.2445|114.1555
D|Wah Fu Estate|street|22.2510|114.1375
E|Kowloon Park|park|22.3005|114.1700
E|Temple Street|market|22.3060|114.1700
E|Mong Kok, Fa Yuen Street|market|22.3210|114.1705
E|Tsim Sha Tsui, Nathan Road|street|22.2975|114.1722
E|King's Park|park|22.3120|114.1755
F|Sham Shui Po, Apliu Street|market|22.3300|114.1625
F|Lai Chi Kok Park|park|22.3385|114.1380
F|Cheung Sha Wan Road|street|22.3350|114.1560
F|Shek Kip Mei Park|park|22.3355|114.1685
F|Mei Foo|street|22.3380|114.1400
G|Kowloon Walled City Park|park|22.3321|114.1903
G|Hung Hom Market|market|22.3055|114.1875
G|Kai Tak Station Square|street|22.3290|114.1990
G|To Kwa Wan Road|street|22.3165|114.1890
G|Hoi Sham Park|waterfront|22.3165|114.1930
H|Wong Tai Sin Square|street|22.3415|114.1935
H|Morse Park|park|22.3375|114.1905
H|Diamond Hill, Nan Lian Garden|park|22.3395|114.2045
H|Tsz Wan Shan|street|22.3490|114.2000
H|Choi Hung Road Market|market|22.3360|114.1965
J|Kwun Tong Promenade|waterfront|22.3110|114.2180
J|Yue Man Square|street|22.3125|114.2255
J|Ngau Tau Kok Market|market|22.3165|114.2180
J|Lam Tin Park|park|22.3095|114.2340
J|Yau Tong|street|22.2975|114.2370
K|Tsuen Wan Park|park|22.3705|114.1115
K|Tsuen Wan, Chung On Street|street|22.3710|114.1175
K|Yeung Uk Road Market|market|22.3680|114.1165
K|Shing Mun Reservoir|park|22.3825|114.1450
K|Sham Tseng|waterfront|22.3665|114.0590
L|Tuen Mun Park|park|22.3925|113.9735
L|San Hui Market|market|22.3950|113.9760
L|Butterfly Beach Park|waterfront|22.3735|113.9650
L|Tuen Mun Pier Head|street|22.3720|113.9660
L|Siu Hong|street|22.4110|113.9785
M|Yuen Long Park|park|22.4411|114.0187
M|Tung Yick Market, Yuen Long|market|22.4450|114.0290
M|Tin Shui Wai Park|park|22.4610|114.0020
M|Kam Tin|street|22.4370|114.0630
M|Hong Kong Wetland Park|park|22.4680|114.0060
N|North District Park|park|22.5003|114.1297
N|Shek Wu Hui Market|market|22.5030|114.1275
N|Luen Wo Hui, Fanling|street|22.4985|114.1420
N|Sha Tau Kok Road|street|22.5080|114.1610
N|Fanling Recreation Ground|park|22.4920|114.1380
P|Tai Po Waterfront Park|waterfront|22.4522|114.1796
P|Tai Po Hui Market|market|22.4455|114.1655
P|Kwong Fuk Road|street|22.4475|114.1680
P|Tai Mei Tuk|waterfront|22.4725|114.2370
P|Tai Wo|street|22.4510|114.1610
Q|Sai Kung Waterfront Park|waterfront|22.3825|114.2730
Q|Tseung Kwan O, Po Tsui Park|park|22.3215|114.2560
Q|Hang Hau|street|22.3155|114.2645
Q|Sai Kung Market|market|22.3820|114.2715
Q|Po Lam|street|22.3225|114.2580
R|Sha Tin Park|park|22.3790|114.1890
R|Sha Tin Market|market|22.3815|114.1885
R|Ma On Shan Promenade|waterfront|22.4255|114.2275
R|Tai Wai|street|22.3730|114.1785
R|Shing Mun River Promenade|waterfront|22.3850|114.1950
S|Kwai Chung, Kwai Fong|street|22.3570|114.1275
S|Tsing Yi Promenade|waterfront|22.3580|114.1075
S|Central Kwai Chung Park|park|22.3665|114.1310
S|Tsing Yi Market|market|22.3520|114.1055
S|Lai King|street|22.3485|114.1260
T|Tung Chung North Park|park|22.2918|113.9437
T|Mui Wo|waterfront|22.2660|113.9985
T|Cheung Chau Market|market|22.2075|114.0285
T|Yung Shue Wan, Lamma|street|22.2260|114.1120
T|Tai O|waterfront|22.2530|113.8625
B|Wong Nai Chung Gap|hill|22.2590|114.1930
D|Tai Tam Country Park|hill|22.2500|114.2150
K|Chuen Lung|village|22.3960|114.1080
L|Tai Lam Country Park|hill|22.3900|114.0200
M|Kat Hing Wai|village|22.4385|114.0650
N|Lai Chi Wo|village|22.5270|114.2590
P|Tai Po Kau|hill|22.4250|114.1800
P|Lam Tsuen|village|22.4560|114.1430
Q|Pak Tam Chung|hill|22.3985|114.3230
P|Pak Sha O|village|22.4490|114.3190
R|Tate's Cairn|hill|22.3580|114.2180
T|Ngong Ping|hill|22.2560|113.9050
T|Tong Fuk|village|22.2290|113.9290
`;

export const PLACES: readonly Place[] = TABLE.trim()
  .split('\n')
  .map((line) => {
    const [district, name, use, latitude, longitude] = line.split('|') as [string, string, PlaceUse, string, string];
    return { district, name, use, latitude: Number(latitude), longitude: Number(longitude) };
  });

export function nearestPlace(latitude: number, longitude: number): Place {
  const distance = (place: Place): number =>
    Math.hypot(place.latitude - latitude, (place.longitude - longitude) * Math.cos((latitude * Math.PI) / 180));
  return PLACES.reduce((nearest, place) => (distance(place) < distance(nearest) ? place : nearest));
}
