using System.Globalization;
using Doseline.Local;
using Doseline.Orders.V1;
using Doseline.Platform.Data;
using Doseline.Platform.Hosting;
using Doseline.Platform.Rpc;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Bell;

/// <summary>A service in a process of its own. Its publisher tells facts as it is told to: <c>tell COUNT MILLISECONDS WRITERS</c>.</summary>
static class ServiceHost
{
    /// <summary>Customers whom facts are about.</summary>
    const int Customers = 200;

    /// <summary>Runs until its standard input ends.</summary>
    public static async Task RunAsync(string service, CancellationToken cancel)
    {
        await using var app = PlatformHost.Build([], [Modules.All().Single(m => m.Name == service)]);
        await PlatformHost.ApplySchemasAsync(app.Services, cancel);
        await app.StartAsync(cancel);
        await Console.Out.WriteLineAsync($"listens {app.Services.GetRequiredService<ServiceChannels>().OwnAddress}");
        while (await Console.In.ReadLineAsync(cancel) is { } line)
        {
            var words = line.Split(' ').Skip(1).Select(w => int.Parse(w, CultureInfo.InvariantCulture)).ToList();
            await TellAsync(app.Services, service, words[0], TimeSpan.FromMilliseconds(words[1]), words[2], cancel);
            await Console.Out.WriteLineAsync("told");
        }

        await app.StopAsync(cancel);
    }

    static Task TellAsync(IServiceProvider services, string service, int count, TimeSpan every, int writers, CancellationToken cancel)
    {
        var next = 0;
        return Task.WhenAll(Enumerable.Range(0, writers).Select(async _ =>
        {
            while (Interlocked.Increment(ref next) is var number && number <= count)
            {
                await using (var scope = services.CreateAsyncScope())
                {
                    var db = services.GetRequiredService<DatabaseTable>().Of(service, scope.ServiceProvider);
                    var customer = $"customer-{number % Customers}";
                    db.Publish(customer, new CustomerPublished { CustomerId = customer, Code = customer, Name = $"{number}", Zone = "UTC", AddressLines = { "1 Main Street" }, LicenceNumber = customer });
                    await db.SaveChangesAsync(cancel);
                }

                if (every > TimeSpan.Zero) await Task.Delay(every, cancel);
            }
        }));
    }
}
