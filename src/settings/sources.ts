import { OptionError } from '../errors.ts'

/** Which setting said an option, by the name that errors give the option. */
export type Sources = ReadonlyMap<string, string>

/** Makes something of options that settings said. An error names the setting: that is what to mend. */
export function namingSettings<Made>(sources: Sources, make: () => Made): Made {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof OptionError)) throw error
    const { option, message } = error
    const setting = sources.get(option.replace(/\[\d+\]$/, ''))
    if (setting === undefined) throw error
    throw new OptionError(setting, `${option} ${message.slice(option.length + 2)}`, {
      cause: error,
    })
  }
}
