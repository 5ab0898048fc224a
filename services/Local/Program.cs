using Doseline.Local.Cli;
using Doseline.Platform.Hosting;
using Spectre.Console;

// Colours are for people at a terminal; a file or a pipe gets plain lines.
if (Console.IsOutputRedirected) (AnsiConsole.Profile.Capabilities.Ansi, AnsiConsole.Profile.Capabilities.ColorSystem) = (false, ColorSystem.NoColors);
return await Fault.SayAsync(() => Commands.Root().Parse(args).InvokeAsync(new() { EnableDefaultExceptionHandler = false }), CommandFaults.Of);
