using Doseline.Load;

return await Commands.Root().Parse(args).InvokeAsync();
