using System.Reflection;
using Doseline.Sidecar.Brokers;
using Xunit.Sdk;

namespace Doseline.Cluster.Tests.Brokers;

/// <summary>Runs a test on Redis, where its server is installed.</summary>
sealed class RedisAttribute() : BrokerAttribute(Component.Redis);

/// <summary>Runs a test on RabbitMQ, where its server is installed.</summary>
sealed class RabbitAttribute() : BrokerAttribute(Component.Rabbit);

/// <summary>Runs a test on a broker; where its server is not installed, it is skipped and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
abstract class BrokerAttribute : DataAttribute
{
    readonly string broker;

    /// <summary>Looks for the server.</summary>
    protected BrokerAttribute(string broker)
    {
        this.broker = broker;
        Skip = Missing(broker);
    }

    /// <inheritdoc/>
    public sealed override string? Skip { get => base.Skip; set => base.Skip = value; }

    /// <summary>An enumeration, each value of which is one run; null for one run alone.</summary>
    public Type? Each { get; set; }

    /// <inheritdoc/>
    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => Each is null ? [[broker]] : Enum.GetValues(Each).Cast<object>().Select(value => new[] { broker, value });

    static string? Missing(string broker) => File.Exists(Component.ProgramOf(broker)) ? null : $"{Component.ProgramOf(broker)} is not installed here, so nothing is shown on {broker}.";
}
