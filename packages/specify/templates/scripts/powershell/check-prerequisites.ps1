#!/usr/bin/env pwsh
# Says where the current feature's files are, and which of them exist.
[CmdletBinding(PositionalBinding = $false)]
param(
    [switch]$Json,
    [switch]$RequireTasks,
    [switch]$IncludeTasks,
    [switch]$PathsOnly,
    [switch]$Help
)

. ([System.IO.Path]::Combine($PSScriptRoot, 'common.ps1'))

if ($Help) {
    @'
Usage: check-prerequisites.ps1 [-Json] [-RequireTasks] [-IncludeTasks] [-PathsOnly]

  -Json          print the result as one line of JSON
  -RequireTasks  fail when tasks.md is missing
  -IncludeTasks  list tasks.md among the documents
  -PathsOnly     print the paths of the feature and check none of them
  -Help          print this text
'@
    exit 0
}

$feature = Get-Feature
Confirm-FeatureBranch $feature

if ($PathsOnly) {
    Write-Fields $Json ([ordered]@{
        REPO_ROOT = $feature.Root
        BRANCH = $feature.Branch
        FEATURE_DIR = $feature.Directory
        FEATURE_SPEC = $feature.Spec
        IMPL_PLAN = $feature.Plan
        TASKS = $feature.Tasks
    })
    exit 0
}

if (-not [System.IO.Directory]::Exists($feature.Directory)) {
    Stop-Script "Feature directory not found: $($feature.Directory). Run /speckit.specify first."
}
if (-not [System.IO.File]::Exists($feature.Plan)) {
    Stop-Script "plan.md not found in $($feature.Directory). Run /speckit.plan first."
}
if ($RequireTasks -and -not [System.IO.File]::Exists($feature.Tasks)) {
    Stop-Script "tasks.md not found in $($feature.Directory). Run /speckit.tasks first."
}

# A directory counts when something is in it.
function Test-Document([string]$Name) {
    $path = [System.IO.Path]::Combine($feature.Directory, $Name)
    if (-not $Name.EndsWith('/')) { return [System.IO.File]::Exists($path) }
    return [System.IO.Directory]::Exists($path) -and [System.IO.Directory]::GetFileSystemEntries($path).Length -gt 0
}

$documents = @('research.md', 'data-model.md', 'contracts/', 'quickstart.md')
if ($IncludeTasks) { $documents += 'tasks.md' }

if ($Json) {
    $available = [string[]]@($documents | Where-Object { Test-Document $_ })
    Write-Fields $true ([ordered]@{ FEATURE_DIR = $feature.Directory; AVAILABLE_DOCS = $available })
}
else {
    "FEATURE_DIR:$($feature.Directory)"
    'AVAILABLE_DOCS:'
    foreach ($document in $documents) {
        $mark = if (Test-Document $document) { [char]0x2713 } else { [char]0x2717 }
        "  $mark $document"
    }
}
