using Doseline.Kernel.Hosting;

namespace Doseline.Execution;

/// <summary>The execution service.</summary>
public sealed class ExecutionModule : ServiceModule
{
    /// <inheritdoc/>
    public override string Name => "execution";

    /// <inheritdoc/>
    public override void Compose(ModuleBuilder module)
    {
    }
}
