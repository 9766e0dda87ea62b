/**
 * What can go wrong with a plugin, as data: one variant per decision a caller can take.
 */

export type PluginFault =
  /** Not `name@marketplace`, or a side that cannot be a folder of its own. */
  | { readonly _tag: 'BadPluginId'; readonly text: string }
  /** A version that cannot be a folder of its own. */
  | { readonly _tag: 'BadVersion'; readonly text: string }
  /** A remote id of white space alone. */
  | { readonly _tag: 'BlankRemoteId' }
  | { readonly _tag: 'NotInstalled'; readonly pluginId: string }
  /** A sidecar of a schema that nobody here knows. */
  | { readonly _tag: 'SidecarUnsupported'; readonly version: number }
  /** Not the JSON a sidecar is. */
  | { readonly _tag: 'SidecarMalformed'; readonly reason: string }
  | { readonly _tag: 'SidecarTooLarge'; readonly bytes: number; readonly bytesMax: number }
  /** Not a regular file, or a folder that is a link: nothing here follows one. */
  | { readonly _tag: 'UnsafePath'; readonly path: string; readonly reason: string }
  /** A folder without a plugin in it. */
  | { readonly _tag: 'NoManifest'; readonly path: string }
  | { readonly _tag: 'BadManifest'; readonly path: string; readonly reason: string }
  /** The manifest names another plugin. */
  | { readonly _tag: 'WrongName'; readonly wanted: string; readonly found: string }
  /** A version that only the backend has. */
  | { readonly _tag: 'NoBundle'; readonly version: string }
  /** More than a bundle may hold. */
  | { readonly _tag: 'BundleTooLarge'; readonly path: string; readonly bytesMax: number }
  /** A list of installed plugins that is not one. */
  | { readonly _tag: 'BadSnapshot'; readonly reason: string }
  /** A `config.toml` that cannot be read, so it is not edited. */
  | { readonly _tag: 'BadConfig'; readonly path: string; readonly reason: string }
  /** Another process changes the plugins of this home. */
  | { readonly _tag: 'PluginsBusy'; readonly path: string }
  | {
      readonly _tag: 'PluginIo'
      readonly operation: string
      readonly path: string
      readonly cause: string
    }

/** The stable name of a failure, for programs. */
export const FAULT_KIND = {
  BadPluginId: 'bad_plugin_id',
  BadVersion: 'bad_plugin_version',
  BlankRemoteId: 'blank_remote_id',
  NotInstalled: 'plugin_not_installed',
  SidecarUnsupported: 'sidecar_unsupported',
  SidecarMalformed: 'sidecar_malformed',
  SidecarTooLarge: 'sidecar_too_large',
  UnsafePath: 'unsafe_path',
  NoManifest: 'plugin_manifest_missing',
  BadManifest: 'plugin_manifest_invalid',
  WrongName: 'plugin_name_mismatch',
  NoBundle: 'bundle_missing',
  BundleTooLarge: 'bundle_too_large',
  BadSnapshot: 'bad_snapshot',
  BadConfig: 'bad_config',
  PluginsBusy: 'busy',
  PluginIo: 'io_failure'
} as const satisfies Readonly<Record<PluginFault['_tag'], string>>

export const describeFault = (fault: PluginFault): string => {
  switch (fault._tag) {
    case 'BadPluginId':
      return `"${fault.text}" is no plugin id: it is NAME@MARKETPLACE, of ASCII letters, digits, "-" and "_"`
    case 'BadVersion':
      return `"${fault.text}" is no plugin version`
    case 'BlankRemoteId':
      return 'a remote plugin id must not be blank'
    case 'NotInstalled':
      return `plugin ${fault.pluginId} is not installed`
    case 'SidecarUnsupported':
      return `the sidecar has schema version ${fault.version}, only 1 is known`
    case 'SidecarMalformed':
      return `the sidecar cannot be read: ${fault.reason}`
    case 'SidecarTooLarge':
      return `the sidecar has ${fault.bytes} bytes, more than ${fault.bytesMax}`
    case 'UnsafePath':
      return `${fault.path} is not used: ${fault.reason}`
    case 'NoManifest':
      return `there is no plugin manifest in ${fault.path}`
    case 'BadManifest':
      return `the manifest ${fault.path} cannot be used: ${fault.reason}`
    case 'WrongName':
      return `the manifest names "${fault.found}", not "${fault.wanted}"`
    case 'NoBundle':
      return `version ${fault.version} is not here and nothing is downloaded: give release.bundle_path in the list`
    case 'BundleTooLarge':
      return `${fault.path} holds more than ${fault.bytesMax} bytes`
    case 'BadSnapshot':
      return `this is no list of installed plugins: ${fault.reason}`
    case 'BadConfig':
      return `${fault.path} is left as it is: ${fault.reason}`
    case 'PluginsBusy':
      return `another process changes the plugins (${fault.path})`
    case 'PluginIo':
      return `cannot ${fault.operation} ${fault.path}: ${fault.cause}`
  }
}
