import type { Samples, Stage } from '../stage.ts'
import type { PortalFrame } from './frame.ts'
import { profilePage } from './profile.ts'

/** Every page of My account in every state it has. */
export function portalSamples(stage: Stage): Samples {
  const { page, text, url } = stage
  const frame = {
    page,
    home: url('/account'),
    csrf: 'sample-token',
    email: text('ada@example.test'),
  }
  return { ...profileSamples(stage, frame) }
}

function profileSamples({ text }: Stage, frame: PortalFrame): Samples {
  const facts = { email: text('ada@example.test'), emailVerified: true }
  const values = {
    name: text('Ada Lovelace'),
    given_name: text('Ada'),
    picture: text('https://ada.example.test/me.png'),
    locale: text('en'),
  }
  return {
    'my-profile': profilePage({ frame, values, facts: { ...facts, username: text('ada') } }),
    'my-profile-saved': profilePage({ frame, values, facts, saved: true }),
    'my-profile-empty-fields': profilePage({
      frame,
      values: {},
      facts: { ...facts, emailVerified: false },
    }),
    'my-profile-wrong': profilePage({
      frame,
      values: { ...values, locale: text('klingon!'), zoneinfo: text('Moon/Tranquility') },
      facts,
      problems: { name: 'text', picture: 'url', locale: 'locale', zoneinfo: 'zone' },
    }),
  }
}
