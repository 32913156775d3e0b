/** The claim of our access tokens that names the session they live with. */
export const sessionClaim = 'session_id'
