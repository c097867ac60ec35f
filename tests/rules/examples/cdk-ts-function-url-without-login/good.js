new FunctionUrl(this, 'Url', { function: handler, authType: FunctionUrlAuthType.AWS_IAM });
