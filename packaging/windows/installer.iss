; The installer for Windows (Inno Setup 6.3 or newer). Not run yet: no Windows was at hand. Tests read it and look up what it names.
;
;   iscc /DAppVersion=0.8.0 packaging\windows\installer.iss          makes dist\selfaudit-0.8.0-windows-x86_64-setup.exe of dist\selfaudit
;
; For one person, without an administrator. The person's data (%LOCALAPPDATA%\selfaudit) is not this program's to remove: uninstalling leaves it.
; This file begins with a byte order mark, by which Inno Setup knows that it is UTF-8.

#ifndef AppVersion
  #error AppVersion is missing: iscc /DAppVersion=0.8.0 packaging\windows\installer.iss
#endif
#define Root SourcePath + "..\.."

[Setup]
AppId={{1B8F6C1E-6C0B-4E4E-9D53-3E7C5B0A7F21}
AppName=selfaudit
AppVersion={#AppVersion}
AppPublisher=the selfaudit authors
AppCopyright=Copyright (c) the selfaudit authors, MIT License
VersionInfoVersion={#AppVersion}
PrivilegesRequired=lowest
DefaultDirName={autopf}\selfaudit
DisableProgramGroupPage=yes
LicenseFile={#Root}\LICENSE
MinVersion=10.0.17763
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
ChangesAssociations=yes
ChangesEnvironment=yes
SetupIconFile={#Root}\packaging\icons\selfaudit.ico
UninstallDisplayIcon={app}\selfaudit-gui.exe
UninstallDisplayName=selfaudit
OutputDir={#Root}\dist
OutputBaseFilename=selfaudit-{#AppVersion}-windows-x86_64-setup
Compression=lzma2/max
SolidCompression=yes
WizardStyle=modern
ShowLanguageDialog=auto

[Languages]
Name: "en"; MessagesFile: "compiler:Default.isl"
Name: "de"; MessagesFile: "compiler:Languages\German.isl"

[CustomMessages]
en.PathTask=Make the command “selfaudit” known to command prompts (adds its folder to your PATH)
de.PathTask=Den Befehl „selfaudit“ in der Eingabeaufforderung bekannt machen (nimmt seinen Ordner in Ihren PATH auf)
en.CaseType=selfaudit case file
de.CaseType=selfaudit-Falldatei
en.BundleType=selfaudit bundle
de.BundleType=selfaudit-Bündel
en.StartNow=Open selfaudit
de.StartNow=selfaudit öffnen

[Tasks]
Name: "path"; Description: "{cm:PathTask}"; Flags: unchecked

[InstallDelete]
; What an older version has brought along and this one has not must not be loaded.
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "{#Root}\dist\selfaudit\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs createallsubdirs
Source: "{#Root}\packaging\icons\selfaudit-case.ico"; DestDir: "{app}\icons"; Flags: ignoreversion
Source: "{#Root}\packaging\icons\selfaudit-bundle.ico"; DestDir: "{app}\icons"; Flags: ignoreversion

[Icons]
Name: "{autoprograms}\selfaudit"; Filename: "{app}\selfaudit-gui.exe"

[Registry]
; HKA is the person's own part of the registry here. A .zip keeps its program; selfaudit only joins its "Open with".
Root: HKA; Subkey: "Software\Classes\.selfaudit-case"; ValueType: string; ValueData: "selfaudit.case"; Flags: uninsdeletevalue uninsdeletekeyifempty
Root: HKA; Subkey: "Software\Classes\.selfaudit-case"; ValueType: string; ValueName: "Content Type"; ValueData: "application/vnd.selfaudit.case+json"; Flags: uninsdeletevalue uninsdeletekeyifempty
Root: HKA; Subkey: "Software\Classes\.selfaudit-case\OpenWithProgids"; ValueType: string; ValueName: "selfaudit.case"; ValueData: ""; Flags: uninsdeletevalue uninsdeletekeyifempty
Root: HKA; Subkey: "Software\Classes\selfaudit.case"; ValueType: string; ValueData: "{cm:CaseType}"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\selfaudit.case\DefaultIcon"; ValueType: string; ValueData: "{app}\icons\selfaudit-case.ico"
Root: HKA; Subkey: "Software\Classes\selfaudit.case\shell\open\command"; ValueType: string; ValueData: """{app}\selfaudit-gui.exe"" ""%1"""
Root: HKA; Subkey: "Software\Classes\.selfaudit-bundle"; ValueType: string; ValueData: "selfaudit.bundle"; Flags: uninsdeletevalue uninsdeletekeyifempty
Root: HKA; Subkey: "Software\Classes\.selfaudit-bundle"; ValueType: string; ValueName: "Content Type"; ValueData: "application/vnd.selfaudit.bundle+zip"; Flags: uninsdeletevalue uninsdeletekeyifempty
Root: HKA; Subkey: "Software\Classes\.selfaudit-bundle\OpenWithProgids"; ValueType: string; ValueName: "selfaudit.bundle"; ValueData: ""; Flags: uninsdeletevalue uninsdeletekeyifempty
Root: HKA; Subkey: "Software\Classes\selfaudit.bundle"; ValueType: string; ValueData: "{cm:BundleType}"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\selfaudit.bundle\DefaultIcon"; ValueType: string; ValueData: "{app}\icons\selfaudit-bundle.ico"
Root: HKA; Subkey: "Software\Classes\selfaudit.bundle\shell\open\command"; ValueType: string; ValueData: """{app}\selfaudit-gui.exe"" ""%1"""
Root: HKA; Subkey: "Software\Classes\.zip\OpenWithProgids"; ValueType: string; ValueName: "selfaudit.bundle"; ValueData: ""; Flags: uninsdeletevalue

[Run]
Filename: "{app}\selfaudit-gui.exe"; Description: "{cm:StartNow}"; Flags: nowait postinstall skipifsilent

[Code]
const
  Environment = 'Environment';

function PathWithout(const Path, Folder: string): string;
{ The folders of a PATH but one, each as it was written. }
var
  Rest, One: string;
  Place: Integer;
begin
  Result := '';
  Rest := Path;
  while Rest <> '' do
  begin
    Place := Pos(';', Rest);
    if Place = 0 then
      Place := Length(Rest) + 1;
    One := Copy(Rest, 1, Place - 1);
    Delete(Rest, 1, Place);
    if (One <> '') and (CompareText(RemoveBackslash(One), RemoveBackslash(Folder)) <> 0) then
    begin
      if Result <> '' then
        Result := Result + ';';
      Result := Result + One;
    end;
  end;
end;

procedure SetPath(const Wanted: Boolean);
{ Writes only where something changes, so that nobody's PATH is written anew for nothing. }
var
  Path, Changed, Folder: string;
begin
  Folder := ExpandConstant('{app}');
  if not RegQueryStringValue(HKCU, Environment, 'Path', Path) then
  begin
    if RegValueExists(HKCU, Environment, 'Path') then
      Exit;  { it is there and cannot be read: left as it is }
    Path := '';
  end;
  Changed := PathWithout(Path, Folder);
  if Wanted then
  begin
    if Pos(';' + Lowercase(Folder) + ';', ';' + Lowercase(Path) + ';') > 0 then
      Exit;
    if Changed <> '' then
      Changed := Changed + ';';
    Changed := Changed + Folder;
  end
  else if Pos(';' + Lowercase(Folder) + ';', ';' + Lowercase(Path) + ';') = 0 then
    Exit;
  RegWriteExpandStringValue(HKCU, Environment, 'Path', Changed);
end;

procedure CurStepChanged(CurStep: TSetupStep);
begin
  if (CurStep = ssPostInstall) and WizardIsTaskSelected('path') then
    SetPath(True);
end;

procedure CurUninstallStepChanged(CurUninstallStep: TUninstallStep);
begin
  if CurUninstallStep = usPostUninstall then
    SetPath(False);
end;
