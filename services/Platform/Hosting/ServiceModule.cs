namespace Doseline.Platform.Hosting;

/// <summary>One service, ready to be hosted alone in a container or beside the others in one process.</summary>
public abstract class ServiceModule
{
    /// <summary>Name: Dapr app id, topic, database and metric prefix; the second part of its proto package.</summary>
    public abstract string Name { get; }

    /// <summary>The table of contents: database, api classes, facts listened to, actors, services called.</summary>
    public abstract void Compose(ModuleBuilder module);
}
