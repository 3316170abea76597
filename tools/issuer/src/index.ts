export { type Client, type ClientTerms, ensureClients, readClients } from './clients.ts';
export { PERSON_GRANT } from './grants.ts';
export { COMMAND_CLIENT, type Issuer, type IssuerOptions, openIssuer } from './issuer.ts';
