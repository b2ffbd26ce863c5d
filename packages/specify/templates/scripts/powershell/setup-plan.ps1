#!/usr/bin/env pwsh
# Puts an unfilled plan.md into the current feature's directory.
[CmdletBinding(PositionalBinding = $false)]
param(
    [switch]$Json,
    [switch]$Help,
    [Parameter(Position = 0, ValueFromRemainingArguments = $true)]
    [string[]]$Ignored
)

. ([System.IO.Path]::Combine($PSScriptRoot, 'common.ps1'))

if ($Help) {
    @'
Usage: setup-plan.ps1 [-Json]

  -Json  print the result as a line of JSON
  -Help  print this text
'@
    exit 0
}

$feature = Get-Feature
Confirm-FeatureBranch $feature
[void][System.IO.Directory]::CreateDirectory($feature.Directory)

$template = [System.IO.Path]::Combine($feature.Root, '.specify', 'templates', 'plan-template.md')
if ([System.IO.File]::Exists($template)) {
    Copy-Content $template $feature.Plan
    "Plan template copied to $($feature.Plan)"
}
else {
    Write-Caution "Plan template not found: $template"
    if (-not [System.IO.File]::Exists($feature.Plan)) { [System.IO.File]::WriteAllText($feature.Plan, '') }
}

Write-Fields $Json ([ordered]@{
    FEATURE_SPEC = $feature.Spec
    IMPL_PLAN = $feature.Plan
    SPECS_DIR = $feature.Directory
    BRANCH = $feature.Branch
    HAS_GIT = $feature.HasGit
})
