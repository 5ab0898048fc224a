using System.Security.Cryptography;
using System.Text;
using Doseline.Platform.Auth;
using Doseline.Platform.Messaging;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Testing;

/// <summary>Facts that a test makes in place of their publisher.</summary>
public static class PlatformFacts
{
    /// <summary>Gives a fact to the bus as its publisher would, and lets everything it causes happen.</summary>
    /// <param name="platform">The platform.</param>
    /// <param name="subject">Id of the thing the fact is about.</param>
    /// <param name="message">A message of the publisher's <c>events.proto</c>; its package names the publisher.</param>
    /// <returns>The fact as it was published, to give it again.</returns>
    public static Task<Fact> GiveAsync(this TestPlatform platform, string subject, IMessage message) =>
        platform.GiveAsync(message.Descriptor.File.Package.Split('.')[1], subject, message);

    /// <summary>Gives a fact to the bus as the named service would, and lets everything it causes happen.</summary>
    public static async Task<Fact> GiveAsync(this TestPlatform platform, string source, string subject, IMessage message)
    {
        var fact = Make(platform, source, subject, message);
        await platform.GiveAsync(fact);
        return fact;
    }

    /// <summary>Gives a fact once more, as a broker may, and lets everything it causes happen.</summary>
    public static async Task GiveAsync(this TestPlatform platform, Fact fact)
    {
        await platform.Host.Services.GetRequiredService<IFactBus>().PublishAsync(fact, CancellationToken.None);
        await platform.SettleAsync();
    }

    /// <summary>A fact with a new id, the platform's time and the hash of its payload.</summary>
    public static Fact Make(this TestPlatform platform, string source, string subject, IMessage message)
    {
        var id = platform.Host.Services.GetRequiredService<Kernel.Ids.IdSource>().New();
        var data = FactJson.Write(message);
        return new Fact
        {
            Id = id,
            Source = source,
            Type = message.Descriptor.FullName,
            Subject = subject,
            Time = platform.Now,
            Data = data,
            DataHash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(data))),
            CorrelationId = id,
            CausationId = id,
            Actor = Caller.Service(source).Subject,
        };
    }
}
