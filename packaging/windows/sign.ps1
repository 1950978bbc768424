# Signs programs with Authenticode. Not run yet: neither a Windows nor a certificate was at hand.
#
#   pwsh packaging/windows/sign.ps1 FILE ...
#
# The certificate comes from the environment, never from a file of the repository:
#   SELFAUDIT_WINDOWS_CERTIFICATE            a .pfx as Base64
#   SELFAUDIT_WINDOWS_CERTIFICATE_PASSWORD   its password
#   SELFAUDIT_WINDOWS_TIMESTAMP_URL          an RFC 3161 time stamp service; signatures without a time stamp end with the certificate
# Without SELFAUDIT_WINDOWS_CERTIFICATE it says so and leaves the files unsigned (exit code 0). With it, whatever fails ends with 1.

param([Parameter(Mandatory = $true, ValueFromRemainingArguments = $true)][string[]]$Files)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest

if (-not $env:SELFAUDIT_WINDOWS_CERTIFICATE) {
    Write-Output "not signed: SELFAUDIT_WINDOWS_CERTIFICATE is not set ($($Files -join ', '))"
    exit 0
}
if (-not $env:SELFAUDIT_WINDOWS_TIMESTAMP_URL) {
    Write-Error 'SELFAUDIT_WINDOWS_CERTIFICATE is set, but SELFAUDIT_WINDOWS_TIMESTAMP_URL is not' -ErrorAction Continue
    exit 1
}

$kits = Join-Path ${env:ProgramFiles(x86)} 'Windows Kits\10\bin'
$signtool = Get-ChildItem -Path $kits -Recurse -Filter signtool.exe -ErrorAction SilentlyContinue |
    Where-Object { $_.FullName -like '*\x64\*' } | Sort-Object FullName | Select-Object -Last 1
if (-not $signtool) {
    Write-Error "signtool.exe was not found below $kits" -ErrorAction Continue
    exit 1
}

$folder = if ($env:RUNNER_TEMP) { $env:RUNNER_TEMP } else { [IO.Path]::GetTempPath() }
$pfx = Join-Path $folder ([IO.Path]::GetRandomFileName() + '.pfx')
$code = 1
try {
    [IO.File]::WriteAllBytes($pfx, [Convert]::FromBase64String($env:SELFAUDIT_WINDOWS_CERTIFICATE))
    & $signtool.FullName sign /f $pfx /p $env:SELFAUDIT_WINDOWS_CERTIFICATE_PASSWORD /fd SHA256 /td SHA256 /tr $env:SELFAUDIT_WINDOWS_TIMESTAMP_URL $Files
    $code = $LASTEXITCODE
    if ($code -eq 0) {
        & $signtool.FullName verify /pa /tw $Files
        $code = $LASTEXITCODE
    }
}
finally {
    if (Test-Path $pfx) { Remove-Item -Force $pfx }
}
if ($code -ne 0) { exit 1 }
Write-Output "signed: $($Files -join ', ')"
