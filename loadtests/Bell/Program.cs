using System.CommandLine;
using Doseline.Bell;
using Doseline.Sidecar.Brokers;

Option<string> server = new("--postgres") { Description = "Connection string of a PostgreSQL of its own.", Required = true };
Option<string[]> brokers = new("--on") { Description = "Brokers; off leaves the bell unrung.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [Component.Redis, Component.Rabbit, Measure.Off] };
brokers.AcceptOnlyFromAmong(Component.Redis, Component.Rabbit, Measure.Off);
Option<string> about = new("--commit") { Description = "What was built.", Required = true };
Option<int> seconds = new("--seconds") { Description = "How long facts come one by one.", DefaultValueFactory = _ => 30 };
Option<int> burst = new("--burst") { Description = "Facts that come as fast as they can.", DefaultValueFactory = _ => 20_000 };
Option<FileInfo> page = new("--markdown") { Description = "Writes the report to this file.", Required = true };
RootCommand root = new("Measures what a fact costs from its commit to its effect in another service, over real brokers behind the double of the sidecar.") { server, brokers, about, seconds, burst, page };
root.SetAction(async (parsed, cancel) =>
{
    List<Measured> all = [];
    foreach (var broker in parsed.GetValue(brokers)!) all.Add(await Measure.OfAsync(broker, parsed.GetValue(server)!, parsed.GetValue(seconds), parsed.GetValue(burst), cancel));
    await File.WriteAllTextAsync(parsed.GetValue(page)!.FullName, Report.Write(all, parsed.GetValue(about)!), cancel);
});

Argument<string> service = new("service");
Command host = new("host", "One of the two services, told what to do on its standard input.") { service };
host.SetAction((parsed, cancel) => ServiceHost.RunAsync(parsed.GetValue(service)!, cancel));
root.Add(host);
return await root.Parse(args).InvokeAsync();
