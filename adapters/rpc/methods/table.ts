/**
 * Every method, a row each, in Codex's order, which the refusal of an unknown method shows. Each era has a part of them, none contradicts the order of another, and methods that Codex never had come last.
 *
 * Columns:
 *
 * 1. The name.
 * 2. The eras 0.130, 0.142 and 0.169: `y` has it, `x` has it behind the experimental API, `o` does not have it, but this
 *    server does unless it is strict, `.` does not have it.
 * 3. What requests wait for: `-` nothing; `thread` the thread they name, `thread?` that is if they name one, `thread|path` the
 *    thread or else the path of its rollout; `KIND:MEMBER` whatever that member names; any other word is a queue of that name.
 *    `(shared)` lets adjacent requests run together; `,lists` takes the permit to change lists besides.
 * 4. The answer. `served`: by a handler of `methods.ts`, which has the parameters too. Any other word stands for a refusal or a
 *    courtesy of `replies.ts`, and `own` for the courtesy of that name there. `loaded:` refuses a thread that is not loaded first;
 *    a power and a colon (`import:`) refuse first where the server was not given that power.
 * 5. The parameters of what is not served, as far as they are looked at: the name of the struct and its members. `member` is a
 *    text, `member:KIND` something else (`methods.ts` has the kinds), `member?` may be left out. `Name?` may be absent as a
 *    whole, `Name?169` since 0.169 where there were none before, `()` stands for no parameters, and `Name|a|b` for an enum that is
 *    told apart by its member `type`.
 */

export const TABLE = `
initialize                                yyy -                      served
server/diagnostics                        ..x -                      own                   ServerDiagnosticsParams
userVerification/status                   ..x account-auth           own                   UserVerificationStatusParams
userVerification/enroll                   ..x account-auth           no-verification       UserVerificationEnrollParams
userVerification/delete                   ..x account-auth           no-verification       UserVerificationDeleteParams
userVerification/verify                   ..x account-auth           no-account            UserVerificationVerifyParams challenge title description
userVerification/cancel                   ..x account-auth           no-account            UserVerificationCancelParams requestId:any
thread/start                              yyy -                      served
thread/resume                             yyy thread|path,lists      served
thread/fork                               yyy thread|path            served
thread/sample                             ..x thread                 no-model              ThreadSampleParams threadId expectedTurnId prompt
thread/sample/cancel                      ..x -                      no-model              ThreadSampleCancelParams requestId:any
thread/archive                            yyy thread,lists           served
thread/delete                             .yy thread,lists           served
thread/unsubscribe                        yyy thread                 served
thread/increment_elicitation              xxx thread                 own                   ThreadIncrementElicitationParams threadId
thread/decrement_elicitation              xxx thread                 own                   ThreadDecrementElicitationParams threadId
thread/name/set                           yyy thread,lists           served
thread/prediction/request                 ..x thread                 not-implemented       ThreadPredictionRequestParams threadId sourceTurnId
thread/goal/set                           xyy thread                 served
thread/goal/get                           xyy thread                 served
thread/goal/clear                         xyy thread                 served
thread/queue/add                          ..x thread                 no-model              ThreadQueueAddParams threadId input:list clientUserMessageId
thread/queue/list                         ..x thread                 own                   ThreadQueueListParams cursor? limit?:u32 threadId
thread/queue/update                       ..x thread                 no-model              ThreadQueueUpdateParams threadId queuedSubmissionId input:list
thread/queue/delete                       ..x thread                 no-model              ThreadQueueDeleteParams threadId queuedSubmissionId
thread/queue/reorder                      ..x thread                 no-model              ThreadQueueReorderParams threadId queuedSubmissionIds:list
thread/queue/start                        ..x thread                 no-model              ThreadQueueStartParams threadId
thread/metadata/update                    yyy thread,lists           served
thread/attachment/add                     ..y thread                 no-database           ThreadAttachmentAddParams threadId attachmentType identityKey payload:any
thread/attachment/list                    ..y thread                 no-database           ThreadAttachmentListParams threadId
thread/attachmentOwner/list               ..y -                      no-database           ThreadAttachmentOwnerListParams attachmentType identityKey
thread/attachment/remove                  ..y thread                 no-database           ThreadAttachmentRemoveParams threadId attachmentType identityKey
thread/section/move                       ..y thread                 no-database           ThreadSectionMoveParams threadId
thread/settings/update                    .xx thread                 served
thread/memoryMode/set                     xxx thread                 served
thread/memory/read                        ..x thread                 loaded:no-memories    ThreadMemoryReadParams threadId
memory/status                             ..x memory                 no-memories           MemoryStatusParams
memory/reset                              xxx memory                 no-memories           ()
rollout/compress                          ..x -                      no-rewrites           ()
thread/unarchive                          yyy thread,lists           served
thread/compact/start                      yyy thread                 served
thread/shellCommand                       yyy thread                 served
thread/approveGuardianDeniedAction        yyy thread                 no-model              ThreadApproveGuardianDeniedActionParams threadId event:any
thread/backgroundTerminals/clean          xxx thread                 loaded:empty          ThreadBackgroundTerminalsCleanParams threadId
thread/backgroundTerminals/list           .xx thread                 loaded:empty-page     ThreadBackgroundTerminalsListParams cursor? limit?:u32 threadId
thread/backgroundTerminals/terminate      .xx thread                 no-model              ThreadBackgroundTerminalsTerminateParams threadId processId
thread/rollback                           yy. thread                 served
thread/revert                             ..y thread                 served
thread/list                               yyy -                      served
project/list                              ..x -                      empty-page            ProjectListParams cursor? limit?:u32
project/read                              ..x -                      no-such-project       ProjectReadParams projectId
project/create                            ..x -                      no-database           ProjectCreateParams name roots:list idempotencyKey
project/import                            ..x -                      no-database           ProjectImportParams name roots:list idempotencyKey
project/update                            ..x -                      no-such-project       ProjectUpdateParams projectId
project/move                              ..x -                      no-such-project       ProjectMoveParams projectId
project/delete                            ..x -                      no-such-project       ProjectDeleteParams projectId
threadSection/list                        ..y -                      empty-page            ThreadSectionListParams cursor? limit?:u32
threadSection/create                      ..y -                      no-database           ThreadSectionCreateParams name
threadSection/update                      ..y -                      no-such-section       ThreadSectionUpdateParams sectionId name
threadSection/delete                      ..y -                      no-such-section       ThreadSectionDeleteParams sectionId
thread/search                             oxx -                      served
thread/searchOccurrences                  oox -                      served
thread/loaded/list                        yyy -                      served
thread/read                               yyy thread                 served
thread/readState/update                   ..x thread                 no-database           ThreadReadStateUpdateParams threadId operation:any expectedRevision
thread/turns/list                         xxy -                      served
thread/turns/items/list                   xxo -                      served
thread/items/list                         ooy -                      served
thread/items/read                         oox -                      served
thread/guardianReview                     ..x thread                 loaded:no-model       ThreadGuardianReviewParams threadId
thread/inject_items                       yyy thread                 served
thread/prepareApprovedPlan                ..x thread                 loaded:no-model       ThreadPrepareApprovedPlanParams threadId markdown
skills/list                               yyy config(shared)         skills:served
skills/extraRoots/set                     .yy config                 skills:served
hooks/list                                yyy config                 own                   HooksListParams cwds?:texts
marketplace/add                           yyy config                 no-plugins            MarketplaceAddParams source
marketplace/remove                        yyy config                 no-plugins            MarketplaceRemoveParams marketplaceName
marketplace/upgrade                       yyy config                 no-plugins            MarketplaceUpgradeParams
plugin/list                               yyy -                      own                   PluginListParams cwds?:texts
plugin/search                             ..x config                 no-plugins            PluginSearchParams searchTerm
plugin/installed                          .yy -                      own                   PluginInstalledParams cwds?:texts
plugin/reconcile                          ..y config                 no-plugins            PluginReconcileParams
plugin/read                               yyy -                      no-plugins            PluginReadParams pluginName
plugin/skill/read                         yyy config                 no-plugins            PluginSkillReadParams remoteMarketplaceName remotePluginId skillName
plugin/share/save                         yyy config                 no-plugins            PluginShareSaveParams pluginPath:path
plugin/share/updateTargets                yyy config                 no-plugins            PluginShareUpdateTargetsParams remotePluginId discoverability:any shareTargets:list
plugin/share/list                         yyy config                 no-plugins            PluginShareListParams
plugin/share/checkout                     .yy config                 no-plugins            PluginShareCheckoutParams remotePluginId
plugin/share/delete                       yyy config                 no-plugins            PluginShareDeleteParams remotePluginId
app/read                                  ..y -                      no-plugins            AppsReadParams appIds:list
app/list                                  yyy -                      empty-page            AppsListParams cursor? limit?:u32
app/installed                             ..y -                      own                   AppsInstalledParams
fs/readFile                               yyy -                      no-files              FsReadFileParams path:path
fs/writeFile                              yyy -                      no-files              FsWriteFileParams path:path dataBase64
fs/createDirectory                        yyy -                      no-files              FsCreateDirectoryParams path:path
fs/getMetadata                            yyy -                      no-files              FsGetMetadataParams path:path
fs/readDirectory                          yyy -                      no-files              FsReadDirectoryParams path:path
fs/remove                                 yyy -                      no-files              FsRemoveParams path:path
fs/copy                                   yyy -                      no-files              FsCopyParams sourcePath:path destinationPath:path
fs/watch                                  yyy fs-watch:watchId       no-files              FsWatchParams watchId path:path
fs/unwatch                                yyy fs-watch:watchId       no-files              FsUnwatchParams watchId
skills/config/write                       yyy config                 skills:served
plugin/install                            yyy config                 no-plugins            PluginInstallParams pluginName
plugin/uninstall                          yyy config                 no-plugins            PluginUninstallParams pluginId
turn/start                                yyy thread                 served
turn/settings/update                      ..x thread                 loaded:no-model       TurnSettingsUpdateParams threadId turnId
turn/steer                                yyy thread                 served
turn/interrupt                            yyy thread                 served
thread/realtime/start                     xxx thread                 loaded:no-voice       ThreadRealtimeStartParams threadId outputModality:any
thread/realtime/appendAudio               xxx thread                 loaded:no-voice       ThreadRealtimeAppendAudioParams threadId audio:any
thread/realtime/appendText                xxx thread                 loaded:no-voice       ThreadRealtimeAppendTextParams threadId text
thread/realtime/appendSpeech              .xx thread                 loaded:no-voice       ThreadRealtimeAppendSpeechParams threadId text
thread/realtime/stop                      xxx thread                 loaded:no-voice       ThreadRealtimeStopParams threadId
thread/timeline/list                      ..x -                      served
thread/realtime/listVoices                xxx -                      no-model              ThreadRealtimeListVoicesParams
review/start                              yyy thread                 served
model/list                                yyy -                      empty-page            ModelListParams cursor? limit?:u32 includeHidden?:flag
account/gatewayOAuth/read                 ..y account-auth           no-account            GatewayOAuthReadParams?
account/gatewayOAuth/login                ..y account-auth           no-account            GatewayOAuthLoginParams?
account/gatewayOAuth/cancel               ..y account-auth           no-account            ()
modelProvider/list                        ..y -                      served
modelProvider/config/write                ..y config                 no-configuration      ModelProviderConfigWriteParams settings:any
modelProvider/capabilities/read           yyy -                      served
experimentalFeature/list                  yyy config                 empty-page            ExperimentalFeatureListParams cursor? limit?:u32
permissionProfile/list                    .yy config(shared)         empty-page            PermissionProfileListParams cursor? limit?:u32 cwd?
experimentalFeature/enablement/set        yyy config                 no-configuration      ExperimentalFeatureEnablementSetParams enablement:any
remoteControl/enable                      .xx remote-control         no-remote-control     RemoteControlEnableParams?
remoteControl/disable                     .xx remote-control         no-remote-control     RemoteControlDisableParams?
remoteControl/status/read                 .xx remote-control(shared) own                   ()
remoteControl/pairing/start               .xx remote-control         no-remote-control     RemoteControlPairingStartParams
remoteControl/pairing/status              .xx remote-control         no-remote-control     RemoteControlPairingStatusParams
remoteControl/client/list                 .xx remote-control         no-remote-control     RemoteControlClientsListParams environmentId
remoteControl/client/revoke               .xx remote-control         no-remote-control     RemoteControlClientsRevokeParams environmentId clientId
collaborationMode/list                    xxx -                      own                   CollaborationModeListParams
mock/experimentalMethod                   xxx -                      own                   MockExperimentalMethodParams value?
environment/add                           .xx environment            served
environment/info                          ..x environment            served
environment/status                        ..x environment            served
mcpServer/oauth/login                     yyy mcp-oauth:name         no-mcp-servers        McpServerOauthLoginParams name
config/mcpServer/reload                   yyy mcp-registry           empty                 ()
mcpServerStatus/list                      yyy mcp-registry           empty-page            ListMcpServerStatusParams cursor? limit?:u32 detail? threadId?
mcpServer/resource/read                   yyy thread?                no-mcp-servers        McpResourceReadParams server uri threadId?
mcpServer/event/stream/start              ..x thread                 loaded:no-mcp-servers McpServerEventStreamStartParams threadId server subscriptionId name arguments:any
mcpServer/event/stream/stop               ..x -                      no-mcp-servers        McpServerEventStreamStopParams subscriptionId
mcpServer/tool/call                       yyy thread                 loaded:no-mcp-servers McpServerToolCallParams threadId server tool
windowsSandbox/setupStart                 yyy windows-sandbox-setup  served
windowsSandbox/readiness                  yyy config                 own                   ()
account/login/start                       yyy account-auth           no-account            LoginAccountParams|apiKey|chatgpt|chatgptDeviceCode|chatgptAuthTokens
account/bedrock/discover                  ..x account-auth           no-account            BedrockDiscoverParams
account/bedrock/setup                     ..x account-auth           no-account            BedrockSetupParams|profile|environment
account/gcp/setup                         ..x account-auth           no-account            GcpSetupParams projectId
account/bedrock/checkGovCloudRequirements ..x account-auth           own                   BedrockCheckGovCloudRequirementsParams
account/login/cancel                      yyy account-auth           no-account            CancelLoginAccountParams loginId
accountSession/list                       ..x account-auth           own                   AccountSessionsListParams
accountSession/switch                     ..x account-auth           no-account            AccountSessionsSwitchParams sessionId accountId
account/logout                            yyy account-auth           no-account            ()
account/securitySetup/read                ..y account-auth           own                   ()
account/rateLimits/read                   yyy -                      sign-in               GetAccountRateLimitsParams?169
account/rateLimitResetCredit/consume      .yy account-auth           sign-in               ConsumeAccountRateLimitResetCreditParams idempotencyKey
account/usage/read                        .yy account-auth           sign-in               GetAccountTokenUsageParams?169
account/workspaceMessages/read            .yy account-auth           sign-in               ()
account/sendAddCreditsNudgeEmail          yyy account-auth           sign-in               SendAddCreditsNudgeEmailParams creditType:any
feedback/upload                           yyy -                      no-uploads            FeedbackUploadParams classification
feedback/save                             ..y -                      no-uploads            FeedbackSaveParams savePath:any classification
command/exec                              yyy command-exec:processId processes:served
command/exec/write                        yyy command-exec:processId served
command/exec/terminate                    yyy command-exec:processId served
command/exec/resize                       yyy command-exec:processId served
process/spawn                             xxx process:processHandle  processes:served
process/writeStdin                        xxx process:processHandle  served
process/kill                              xxx process:processHandle  served
process/resizePty                         xxx process:processHandle  served
config/read                               yyy config(shared)         own                   ConfigReadParams
externalAgentConfig/detect                yyy config                 import:served
externalAgentConfig/import                yyy config                 import:served
externalAgentConfig/import/recordHistory  ..y config                 import:served
externalAgentConfig/import/readHistories  .yy config                 import:served         ()
config/value/write                        yyy config                 no-configuration      ConfigValueWriteParams keyPath value:any mergeStrategy:any
config/batchWrite                         yyy config                 no-configuration      ConfigBatchWriteParams edits:list
configRequirements/read                   yyy config                 own                   ()
account/read                              yyy account-auth           own                   GetAccountParams refreshToken?:flag
getConversationSummary                    yyy -                      served
gitDiffToRemote                           yyy -                      no-files              GitDiffToRemoteParams cwd
getAuthStatus                             yyy account-auth           own                   GetAuthStatusParams includeToken?:flag refreshToken?:flag
fuzzyFileSearch                           yyy -                      no-files              FuzzyFileSearchParams query roots:list
fuzzyFileSearch/sessionStart              xxx fuzzy:sessionId        no-files              FuzzyFileSearchSessionStartParams sessionId roots:list
fuzzyFileSearch/sessionUpdate             xxx fuzzy:sessionId        no-such-search        FuzzyFileSearchSessionUpdateParams sessionId query
fuzzyFileSearch/sessionStop               xxx fuzzy:sessionId        no-files              FuzzyFileSearchSessionStopParams sessionId
unroll/home/read                          ooo -                      served
unroll/home/follow                        ooo -                      served
unroll/threads/facts                      ooo -                      served
unroll/thread/outline                     ooo -                      served
unroll/thread/graph                       ooo -                      served
unroll/events/list                        ooo -                      served
unroll/context/read                       ooo -                      served
unroll/follow/start                       ooo thread                 served
unroll/follow/stop                        ooo thread                 served
unroll/agents/read                        ooo -                      served
unroll/log/list                           ooo -                      served
unroll/storage/read                       ooo -                      served
unroll/doctor/read                        ooo -                      served
unroll/index/read                         ooo -                      served
unroll/explain/read                       ooo -                      served
unroll/diff/read                          ooo -                      served
unroll/check/start                        ooo jobs                   served
unroll/job/cancel                         ooo jobs                   served
unroll/repair/plan                        ooo -                      served
unroll/turns/range                        ooo -                      served
unroll/rollback                           ooo thread                 served
unroll/unrollback                         ooo thread                 served
unroll/undo                               ooo operations,lists       served
unroll/usage/read                         ooo -                      served
unroll/usage/spends                       ooo -                      served
unroll/tools/list                         ooo -                      served
unroll/tools/summary                      ooo -                      served
unroll/blame/read                         ooo -                      served
unroll/files/list                         ooo -                      served
unroll/audit/list                         ooo -                      served
unroll/audit/verify                       ooo -                      served
unroll/approvals/list                     ooo -                      served
unroll/reviews/list                       ooo -                      served
unroll/plugins/list                       ooo -                      served
unroll/plugins/history/list               ooo -                      served
unroll/plugins/usage/list                 ooo -                      served
unroll/analytics/list                     ooo -                      served
`
