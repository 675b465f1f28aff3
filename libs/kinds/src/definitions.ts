/** Addresses of published definitions, for SensorThings ObservedProperty. */

/** A standard name of the Climate and Forecast conventions, served by the NERC vocabulary server (collection P07). */
export function climateForecast(standardName: string): string {
  return `http://vocab.nerc.ac.uk/standard_name/${standardName}/`;
}

/** A pollutant of the European Environment Agency's air quality vocabulary. */
export function airPollutant(number: number): string {
  return `http://dd.eionet.europa.eu/vocabulary/aq/pollutant/${number}`;
}

/** A resource of an LwM2M object; 3410 to 3461 are uCIFI's objects for city devices. */
export function lwm2m(object: number, resource: number): string {
  return `https://www.openmobilealliance.org/tech/profiles/lwm2m/${object}.xml#${resource}`;
}

/** A term of Smart Data Models. */
export function smartDataModel(subject: string, term: string): string {
  return `https://smartdatamodels.org/dataModel.${subject}/${term}`;
}

/** An attribute of a TALQ function, where neither uCIFI nor Smart Data Models have the quantity. */
export function talq(functionName: string, attribute: string): string {
  return `https://github.com/TALQ-consortium/TALQ_specification#${functionName}.${attribute}`;
}

/** A parameter of the Broadband Forum's device data model (TR-181), for radios and networks. */
export function tr181(parameter: string): string {
  return `https://usp-data-models.broadband-forum.org/#D.Device:2.Device.${parameter}`;
}

/** A count of living things of one sort (Darwin Core). */
export const INDIVIDUAL_COUNT = 'http://rs.tdwg.org/dwc/terms/individualCount';
