/** Every refusal of the API: its stable code, its status (DESIGN §6), and what it says. */
export const refusals = {
  'api.invalid_input': [400, 'Some of what was sent is not accepted.'],
  'api.client_request_invalid': [
    400,
    'The application authenticates in more than one way, or in none.',
  ],
  'api.password_refused': [400, 'This password may not be chosen.'],
  'api.registration_refused': [400, 'Something is missing, or not accepted, to register.'],
  'api.invalid_credentials': [401, 'The e-mail address or the password is not right.'],
  'api.refresh_token_invalid': [
    401,
    'The refresh token is not valid, or no longer: sign in again.',
  ],
  'api.code_wrong': [401, 'That is not the right code.'],
  'api.code_over': [401, 'This code is used, over or of another request: ask for a new one.'],
  'api.passkey_refused': [401, 'This passkey proves nothing here: ask for new options.'],
  'api.sign_in_over': [401, 'This sign-in is used, over or of another application: begin again.'],
  'api.client_refused': [401, 'The application could not be authenticated.'],
  'api.token_required': [401, 'Send an access token as bearer.'],
  'api.token_invalid': [401, 'The access token is not valid here, or no longer.'],
  'api.step_up_required': [
    401,
    'This needs a sign-in of the last five minutes, with what is named: sign in again.',
  ],
  'api.client_not_allowed': [403, 'The application may not use this API.'],
  'api.origin_refused': [403, 'Scripts of this origin may not call this API.'],
  'api.registration_closed': [403, 'Nobody registers here, or not without an invitation.'],
  'api.method_off': [403, 'This way is not open here.'],
  'api.mfa_required': [403, 'One more proof is needed: go on with the handle.'],
  'api.enrolment_required': [
    403,
    'More is demanded than this person can prove: they set it up where they sign in by pages.',
  ],
  'api.sign_in_refused': [
    403,
    'This sign-in is too unlike the person to be let in. They were told by mail.',
  ],
  'api.sso_required': [403, 'People with this address sign in elsewhere: go where it is named.'],
  'api.session_unknown': [404, 'There is no such session of this person.'],
  'api.factor_unknown': [404, 'There is none of this person.'],
  'api.factor_needed': [409, 'A second factor is demanded, and this is the only one.'],
  'api.last_way_in': [409, 'Nothing else would open the account.'],
  'api.passkey_not_added': [409, 'It is registered already, or there are as many as may be.'],
  'api.setup_over': [409, 'Nothing waits for a code here: begin again.'],
  'api.locked': [423, 'Too many wrong passwords in a row: set a new one, or use a known device.'],
  'api.factor_locked': [423, 'Too many wrong codes: it opens nothing until it is set up anew.'],
  'api.throttled': [429, 'Too many tries. Wait before the next.'],
} as const satisfies Readonly<Record<string, readonly [status: number, message: string]>>

export type RefusalCode = keyof typeof refusals
