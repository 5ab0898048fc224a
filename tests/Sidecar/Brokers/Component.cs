namespace Doseline.Sidecar.Brokers;

/// <summary>What the pub/sub component is told of a broker, as the chart renders it; a test holds the two against each other.</summary>
public static class Component
{
    /// <summary>Redis.</summary>
    public const string Redis = "redis";

    /// <summary>RabbitMQ.</summary>
    public const string Rabbit = "rabbitmq";

    /// <summary>How each broker is used.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Of { get; } = new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal)
    {
        [Redis] = new Dictionary<string, string>(StringComparer.Ordinal) { ["redeliverInterval"] = "0", ["processingTimeout"] = "0", ["streamTTL"] = "60s" },
        [Rabbit] = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["durable"] = "false", ["deletedWhenUnused"] = "true", ["deliveryMode"] = "1", ["publisherConfirm"] = "false", ["requeueInFailure"] = "false", ["ttlInSeconds"] = "60", ["prefetchCount"] = "16",
        },
    };

    /// <summary>The program of a broker.</summary>
    /// <param name="broker">Its name.</param>
    public static string ProgramOf(string broker) => broker is Redis ? RedisServer.Program : RabbitServer.Program;

    /// <summary>Starts a broker.</summary>
    /// <param name="broker">Its name.</param>
    public static async Task<(IBrokerServer Server, ServerProgram Program)> StartAsync(string broker)
    {
        if (broker is Redis)
        {
            var redis = await RedisServer.StartAsync(Of[Redis]);
            return (redis, redis.Server);
        }

        var rabbit = await RabbitServer.StartAsync(Of[Rabbit]);
        return (rabbit, rabbit.Server);
    }
}
